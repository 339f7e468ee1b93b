import { Anchor, Button, Card, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import type { EditionsQuery } from '@/api/gql/graphql';
import { ask, useAsk, useBusy } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { formatCount, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';

const EDITIONS = graphql(`
  query Editions($dictionary: ID!, $after: String) {
    dictionary(code: $dictionary) {
      code
      editions(first: 50, after: $after) {
        nodes {
          number
          definitionChanged
          itemsCount
          added
          changed
          retired
          digest
          publication {
            number
            publishedAt
            title
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

type Page = NonNullable<EditionsQuery['dictionary']>['editions'];

/** All editions of a dictionary, newest first, each with its digest. */
export function Editions({ dictionary }: { dictionary: string }) {
  const { t } = useTranslation(['dictionary', 'common']);
  const [more, setMore] = useState<Page>();
  const [isBusy, run] = useBusy();
  const { data, error, isLoading } = useAsk(EDITIONS, { dictionary, after: null }, { types: ['Edition', 'Publication'] });
  if (isLoading) return <Loading />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  const first = data?.dictionary?.editions;
  const page = (more ?? first)?.pageInfo;
  const nodes = [...(first?.nodes ?? []), ...(more?.nodes ?? [])];
  const showMore = () =>
    run(async () => {
      const next = (await ask(EDITIONS, { dictionary, after: page?.endCursor ?? null })).dictionary?.editions;
      if (next) setMore({ ...next, nodes: [...(more?.nodes ?? []), ...next.nodes] });
    });
  return (
    <Card withBorder padding={0}>
      <Table.ScrollContainer minWidth={760}>
        <Table horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              {(['number', 'publication', 'when', 'changes', 'items', 'digest'] as const).map((name) => (
                <Table.Th key={name}>{t(`editions.${name}`)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {nodes.map((edition) => (
              <Table.Tr key={edition.number}>
                <Table.Td fw={600}>{edition.number}</Table.Td>
                <Table.Td>
                  {edition.publication && (
                    <Anchor component={Link} to={`/publications/${edition.publication.number}`} size="sm">
                      № {edition.publication.number} {edition.publication.title}
                    </Anchor>
                  )}
                </Table.Td>
                <Table.Td>{edition.publication && formatInstant(edition.publication.publishedAt)}</Table.Td>
                <Table.Td>
                  <Text size="sm">
                    +{formatCount(edition.added)} · ~{formatCount(edition.changed)} · −{formatCount(edition.retired)}
                  </Text>
                  {edition.definitionChanged && (
                    <Text size="xs" c="dimmed">
                      {t('editions.definition')}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>{formatCount(edition.itemsCount)}</Table.Td>
                <Table.Td>
                  <Text size="xs" ff="monospace" title={edition.digest}>
                    {edition.digest.slice(0, 16)}…
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {page?.hasNextPage && (
        <Group justify="center" p="sm">
          <Button variant="default" loading={isBusy} onClick={() => void showMore()}>
            {t('action.more', { ns: 'common' })}
          </Button>
        </Group>
      )}
    </Card>
  );
}
