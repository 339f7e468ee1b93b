import { Chip, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconArrowsDiff, IconEqual } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { DifferenceCounts, ItemChangeKind } from '@/api/gql/graphql';
import { refusalsOf } from '@/api/refusals';
import { DefinitionTable } from '@/components/differences/DefinitionTable';
import { ItemDifferences } from '@/components/differences/ItemDifferences';
import { Empty } from '@/ui/Empty';
import { formatCount } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import { CompareForm } from './compare/CompareForm';
import { OneItem } from './compare/OneItem';
import { useSides, type Compared } from './compare/sides';

const COUNTS = graphql(`
  query CompareCounts($dictionary: ID!, $from: DiffSideInput!, $to: DiffSideInput!) {
    diff(dictionary: $dictionary, from: $from, to: $to, first: 1) {
      definition {
        path
        before
        after
      }
      counts {
        added
        changed
        retired
        annulled
        restored
        removed
      }
    }
  }
`);

/** What differs in a dictionary between any two publications, or any two points of both times. */
export default function ComparePage() {
  const { t } = useTranslation(['publication', 'differences', 'common']);
  const compared = useSides();
  return (
    <Page title={t('compare.title')} lead={t('compare.lead')} crumbs={[{ title: t('list.title'), to: '/publications' }]}>
      <CompareForm compared={compared} />
      {compared.dictionary === '' ? (
        <Empty icon={IconArrowsDiff} title={t('compare.choose')} hint={t('compare.chooseHint')} />
      ) : compared.item === '' ? (
        <Differences compared={compared} />
      ) : (
        <OneItem compared={compared} />
      )}
    </Page>
  );
}

const KINDS: Array<[ItemChangeKind, keyof Omit<DifferenceCounts, '__typename'>]> = [
  ['ADDED', 'added'],
  ['CHANGED', 'changed'],
  ['RETIRED', 'retired'],
  ['ANNULLED', 'annulled'],
  ['RESTORED', 'restored'],
  ['REMOVED', 'removed'],
];

function Differences({ compared }: { compared: Compared }) {
  const { t } = useTranslation(['publication', 'common']);
  const [kind, setKind] = useUrlState('kind');
  const { dictionary, from, to } = compared;
  const { data, error, isLoading } = useAsk(COUNTS, { dictionary, from, to }, { pause: !compared.isReady });
  if (error) return <Refusals refusals={refusalsOf(error)} />;
  if (isLoading || !compared.isReady) return <Loading lines={6} />;
  if (!data?.diff) return <Empty icon={IconArrowsDiff} title={t('compare.noSuch')} hint={t('compare.noSuchHint')} />;
  const { definition, counts } = data.diff;
  const total = KINDS.reduce((sum, [, name]) => sum + counts[name], 0);
  const chosen = KINDS.find(([each, name]) => each === kind && counts[name] > 0)?.[0] ?? '';
  if (total === 0 && definition.length === 0)
    return <Empty icon={IconEqual} title={t('compare.same')} hint={t('compare.sameHint')} />;
  return (
    <Stack gap="md">
      <Chip.Group value={chosen} onChange={(next) => setKind(typeof next === 'string' ? next : null)}>
        <Group gap="xs" role="radiogroup" aria-label={t('compare.kind')}>
          <Chip value="" variant="outline">
            {t('compare.all', { count: total, formatted: formatCount(total) })}
          </Chip>
          {KINDS.filter(([, name]) => counts[name] > 0).map(([each, name]) => (
            <Chip key={each} value={each} variant="outline">
              {t('compare.ofKind', { kind: t(`compare.kinds.${each}`), formatted: formatCount(counts[name]) })}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {definition.length > 0 && (
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="xs">
            {t('changed.definition')}
          </Title>
          <DefinitionTable dictionary={dictionary} changes={definition} />
        </Paper>
      )}
      {total === 0 ? (
        <Text size="sm" c="dimmed">
          {t('changed.none')}
        </Text>
      ) : (
        <ItemDifferences dictionary={dictionary} from={from} to={to} kind={chosen} />
      )}
    </Stack>
  );
}
