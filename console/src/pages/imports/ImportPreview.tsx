import { Button, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { ImportPreviewQuery, ItemChangeKind } from '@/api/gql/graphql';
import { ask, useAsk, useBusy } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { DifferenceList } from '@/components/differences/DifferenceList';
import { language } from '@/i18n';
import { KindBadge } from '@/ui/Badges';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';

const PREVIEW = graphql(`
  query ImportPreview($id: ID!, $after: String, $language: Language!) {
    changeRequest(id: $id) {
      id
      items(first: 50, after: $after) {
        nodes {
          dictionary
          code
          name(language: $language)
          kind
          differences {
            ...SaidDifference
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

type Change = NonNullable<ImportPreviewQuery['changeRequest']>['items']['nodes'][number];

const KINDS: ItemChangeKind[] = ['ADDED', 'CHANGED', 'RETIRED', 'RESTORED'];

/** The items of the request that an import came to, page by page, old beside new. */
export function ImportPreview({ request }: { request: string }) {
  const { t } = useTranslation(['importing', 'common']);
  const [kind, setKind] = useState<ItemChangeKind | ''>('');
  const [more, setMore] = useState<Change[]>([]);
  const [after, setAfter] = useState<string | null>();
  const [isBusy, run] = useBusy();
  const spoken = language() === 'en' ? 'EN' : 'RU';
  const { data, error, isLoading } = useAsk(PREVIEW, { id: request, after: null, language: spoken });
  const first = data?.changeRequest?.items;
  const next = after === undefined ? (first?.pageInfo.hasNextPage ? first.pageInfo.endCursor : null) : after;
  const changes = [...(first?.nodes ?? []), ...more].filter((change) => kind === '' || change.kind === kind);
  const showMore = () =>
    run(async () => {
      const page = (await ask(PREVIEW, { id: request, after: next ?? null, language: spoken })).changeRequest?.items;
      if (!page) return;
      setMore([...more, ...page.nodes]);
      setAfter(page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null);
    });
  if (isLoading) return <Loading />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  return (
    <Stack>
      <SegmentedControl
        w="fit-content"
        size="xs"
        value={kind}
        aria-label={t('job.preview')}
        onChange={(chosen) => setKind(chosen as ItemChangeKind | '')}
        data={[
          { value: '', label: t('job.previewAll') },
          ...KINDS.map((each) => ({ value: each, label: t(`kind.${each}`, { ns: 'common' }) })),
        ]}
      />
      <Table.ScrollContainer minWidth={680}>
        <Table>
          <Table.Tbody>
            {changes.map((change) => (
              <ChangeRow key={`${change.dictionary} ${change.code}`} change={change} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {next && (
        <Group justify="center">
          <Button variant="default" loading={isBusy} onClick={() => void showMore()}>
            {t('action.more', { ns: 'common' })}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function ChangeRow({ change }: { change: Change }) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td style={{ verticalAlign: 'top' }} w={120}>
        <KindBadge kind={change.kind} />
      </Table.Td>
      <Table.Td style={{ verticalAlign: 'top' }} w={140} ff="monospace">
        {change.code}
      </Table.Td>
      <Table.Td>
        <Text size="sm" fw={600}>
          {change.name ?? t('nothing')}
        </Text>
        {change.kind !== 'ADDED' && <DifferenceList dictionary={change.dictionary} differences={change.differences} />}
      </Table.Td>
    </Table.Tr>
  );
}
