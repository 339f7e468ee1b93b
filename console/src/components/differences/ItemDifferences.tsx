import { Anchor, Box, Group, Paper, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { DiffSideInput, ItemChangeKind, ItemDifferencesQuery } from '@/api/gql/graphql';
import { usePaged, type Slice } from '@/api/paging';
import { language } from '@/i18n';
import { KindBadge } from '@/ui/Badges';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { DifferenceList } from './DifferenceList';
import classes from './ItemDifferences.module.css';

/** The items of a dictionary that differ between two points, page by page. */
export const ITEM_DIFFERENCES = graphql(`
  query ItemDifferences(
    $dictionary: ID!
    $from: DiffSideInput!
    $to: DiffSideInput!
    $first: Int!
    $after: String
    $language: Language!
  ) {
    diff(dictionary: $dictionary, from: $from, to: $to, first: $first, after: $after) {
      items {
        nodes {
          code
          kind
          before {
            name(language: $language)
          }
          after {
            name(language: $language)
          }
          differences {
            ...SaidDifference
          }
        }
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

type Found = NonNullable<ItemDifferencesQuery['diff']>['items'];

/** An item that differs. */
export type ItemDifferenceSaid = Found['nodes'][number];

/** Two points between which is compared. */
export interface Sides {
  from: DiffSideInput;
  to: DiffSideInput;
}

const SHOWN = 30;
/** So many are looked through at once for those of one kind. */
const SIFTED = 200;

/** One page of differences. */
export async function askDifferences(
  dictionary: string,
  { from, to }: Sides,
  after: string | null,
  first: number,
): Promise<Found> {
  const spoken = language() === 'en' ? 'EN' : 'RU';
  const data = await ask(ITEM_DIFFERENCES, { dictionary, from, to, first, after, language: spoken }, true);
  return data.diff?.items ?? { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null } };
}

/** The next page of one kind: the service does not sift, so pages are read until enough of it is there. */
async function askOfKind(
  dictionary: string,
  sides: Sides,
  kind: ItemChangeKind,
  start: string | null,
): Promise<Slice<ItemDifferenceSaid>> {
  const nodes: ItemDifferenceSaid[] = [];
  let after = start;
  for (;;) {
    const found = await askDifferences(dictionary, sides, after, SIFTED);
    nodes.push(...found.nodes.filter((each) => each.kind === kind));
    after = found.pageInfo.hasNextPage ? (found.pageInfo.endCursor ?? null) : null;
    if (after === null || nodes.length >= SHOWN) return { nodes, totalCount: null, pageInfo: found.pageInfo };
  }
}

interface ItemDifferencesProps extends Sides {
  dictionary: string;
  /** Only items of one kind; blank: of all. */
  kind?: ItemChangeKind | '';
}

/** The items that differ between two points of a dictionary, old and new word by word. */
export function ItemDifferences({ dictionary, from, to, kind = '' }: ItemDifferencesProps) {
  const load = (after: string | null): Promise<Slice<ItemDifferenceSaid>> =>
    kind === '' ? askDifferences(dictionary, { from, to }, after, SHOWN) : askOfKind(dictionary, { from, to }, kind, after);
  const list = usePaged(load, JSON.stringify([dictionary, from, to, kind]));
  if (list.isLoading) return <Loading lines={6} />;
  return (
    <Stack gap={0}>
      {list.nodes.length > 0 && (
        <Paper withBorder className={classes['list'] ?? ''}>
          {list.nodes.map((item) => (
            <ItemCard key={item.code} dictionary={dictionary} item={item} hasDates={!from.validOn} />
          ))}
        </Paper>
      )}
      <More list={list} />
    </Stack>
  );
}

/** What an item is called after a change; where it is not there any more, what it was called. */
export function nameOf({ before, after }: ItemDifferenceSaid): string {
  return after.at(-1)?.name ?? before.at(-1)?.name ?? '';
}

function ItemCard({ dictionary, item, hasDates }: { dictionary: string; item: ItemDifferenceSaid; hasDates: boolean }) {
  const { t } = useTranslation('differences');
  const name = nameOf(item);
  return (
    <Box component="article" className={classes['card'] ?? ''} aria-label={`${name || item.code}, ${item.code}`}>
      <Group gap="xs" mb="xs">
        <KindBadge kind={item.kind} />
        <Anchor
          component={Link}
          to={`/dictionaries/${dictionary}/items/${encodeURIComponent(item.code)}`}
          fw={600}
          className={classes['name'] ?? ''}
        >
          {name || item.code}
        </Anchor>
        {name && (
          <Text span size="sm" c="dimmed" ff="monospace">
            {item.code}
          </Text>
        )}
      </Group>
      {item.differences.length > 0 ? (
        <DifferenceList dictionary={dictionary} differences={item.differences} hasDates={hasDates} />
      ) : (
        <Text size="sm" c="dimmed">
          {t('nothing')}
        </Text>
      )}
    </Box>
  );
}
