import { Anchor, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconPlugConnected, IconTopologyStar3 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask, useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { RequestImpactQuery } from '@/api/gql/graphql';
import { usePaged, type Slice } from '@/api/paging';
import { useAttributes } from '@/components/differences/attributes';
import { language } from '@/i18n';
import { KindBadge, Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { formatCount, localized } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { Period } from '@/ui/Period';
import { useRequest } from './context';

const IMPACT = graphql(`
  query RequestImpact($id: ID!, $first: Int, $after: String, $language: Language!) {
    changeRequest(id: $id) {
      id
      items(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          dictionary
          code
          name(language: $language)
          kind
          usages(first: 8) {
            totalCount
            nodes {
              dictionaryCode
              code
              attribute
              validFrom
              validTo
              onRetire
              item {
                name(language: $language)
              }
            }
          }
        }
      }
    }
  }
`);

const EDITION = graphql(`
  query RequestEdition($code: ID!) {
    dictionary(code: $code) {
      code
      edition {
        number
      }
    }
  }
`);

const HOLDERS = graphql(`
  query RequestHolders($dictionary: ID!, $edition: Int!) {
    confirmations(dictionary: $dictionary, edition: $edition) {
      confirmed
      consumer {
        code
        title
        state
      }
    }
  }
`);

type Touched = NonNullable<RequestImpactQuery['changeRequest']>['items']['nodes'][number];

const PAGE = 60;
const NONE: Slice<Touched> = { nodes: [], pageInfo: { hasNextPage: false } };

/** What leans on what the request changes: items that refer to it, and systems that hold its dictionaries. */
export default function ImpactTab() {
  const { t } = useTranslation('request');
  const { request, beat } = useRequest();
  const load = async (after: string | null) => {
    const variables = { id: request.id, first: PAGE, after, language: language() === 'en' ? ('EN' as const) : ('RU' as const) };
    return (await ask(IMPACT, variables, true)).changeRequest?.items ?? NONE;
  };
  const list = usePaged(load, request.id, beat);
  if (list.isLoading) return <Loading />;
  const used = list.nodes.filter(({ usages }) => usages.nodes.length > 0);
  // What ends concerns those who refer to it most.
  const ordered = [...used].sort((one, other) => Number(isEnding(other)) - Number(isEnding(one)));
  return (
    <Stack gap="lg">
      <section aria-labelledby="impact-usages">
        <Title order={2} size="h3" id="impact-usages" mb="xs">
          {t('impact.usages')}
        </Title>
        {ordered.length === 0 && !list.hasMore && (
          <Empty icon={IconTopologyStar3} title={t('impact.unused')} hint={t('impact.unusedHint')} />
        )}
        <Stack gap="sm">
          {ordered.map((item) => (
            <Used key={`${item.dictionary} ${item.code}`} item={item} />
          ))}
          {list.hasMore && <More list={list} />}
        </Stack>
      </section>
      <section aria-labelledby="impact-holders">
        <Title order={2} size="h3" id="impact-holders">
          {t('impact.holders')}
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          {t('impact.holdersHint')}
        </Text>
        <Stack gap="sm">
          {request.dictionaries.map(({ dictionaryCode, dictionary }) => (
            <Holders key={dictionaryCode} code={dictionaryCode} name={localized(dictionary?.name) || dictionaryCode} />
          ))}
        </Stack>
      </section>
    </Stack>
  );
}

function isEnding({ kind }: Touched): boolean {
  return kind === 'RETIRED' || kind === 'ANNULLED';
}

function Used({ item }: { item: Touched }) {
  const { t } = useTranslation('request');
  const { nodes, totalCount } = item.usages;
  return (
    <Paper withBorder p="md">
      <Group gap="xs" mb="xs">
        <KindBadge kind={item.kind} />
        <Text fw={600}>{item.name ?? item.code}</Text>
        <Text size="sm" c="dimmed" ff="monospace">
          {item.code}
        </Text>
      </Group>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('impact.who')}</Table.Th>
            <Table.Th w="38%">{t('impact.how')}</Table.Th>
            <Table.Th w={130}>{t('impact.when')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {nodes.map((usage) => (
            <UsageRow
              key={`${usage.dictionaryCode} ${usage.code} ${usage.attribute} ${usage.validFrom ?? ''}`}
              usage={usage}
              item={item}
            />
          ))}
        </Table.Tbody>
      </Table>
      {(totalCount ?? 0) > nodes.length && (
        <Anchor component={Link} to={`/dictionaries/${item.dictionary}/items/${item.code}?tab=usages`} size="sm">
          {t('impact.all', { count: totalCount ?? 0, formatted: formatCount(totalCount ?? 0) })}
        </Anchor>
      )}
    </Paper>
  );
}

function UsageRow({ usage, item }: { usage: Touched['usages']['nodes'][number]; item: Touched }) {
  const { t } = useTranslation('request');
  const attributes = useAttributes(usage.dictionaryCode);
  const attribute = attributes.find(({ code }) => code === usage.attribute);
  const how = usage.attribute === 'parent' ? t('impact.parent') : localized(attribute?.label) || usage.attribute;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/dictionaries/${usage.dictionaryCode}/items/${usage.code}`} size="sm">
          {usage.item?.name ?? usage.code}
        </Anchor>{' '}
        <Text span size="xs" c="dimmed" ff="monospace">
          {usage.code}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={8}>
          <span>{how}</span>
          {isEnding(item) && (
            <Tone tone={usage.onRetire === 'BLOCK' ? 'annulled' : 'changed'}>{t(`impact.onRetire.${usage.onRetire}`)}</Tone>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <Period from={usage.validFrom} until={usage.validTo} />
      </Table.Td>
    </Table.Tr>
  );
}

function Holders({ code, name }: { code: string; name: string }) {
  const { t } = useTranslation('request');
  const edition = useAsk(EDITION, { code }).data?.dictionary?.edition.number;
  const { data } = useAsk(HOLDERS, { dictionary: code, edition: edition ?? 0 }, { pause: edition === undefined });
  const holders = data?.confirmations ?? [];
  return (
    <Paper withBorder p="md">
      <Text fw={600} mb={6}>
        {name}
      </Text>
      {edition !== undefined && data && holders.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('impact.nobody')}
        </Text>
      )}
      {edition === undefined && (
        <Text size="sm" c="dimmed">
          {t('impact.new')}
        </Text>
      )}
      <Stack gap={6}>
        {holders.map(({ consumer, confirmed }) => (
          <Group key={consumer.code} gap="xs">
            <IconPlugConnected size={16} stroke={1.5} aria-hidden />
            <Anchor component={Link} to={`/consumers/${consumer.code}`} size="sm">
              {consumer.title}
            </Anchor>
            <Text size="sm" c="dimmed">
              {confirmed ? t('impact.confirmed', { edition }) : t('impact.unconfirmed', { edition })}
            </Text>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
