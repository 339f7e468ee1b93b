import { Paper } from '@mantine/core';
import { IconEqual } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { CompareItemQuery, DiffSideInput } from '@/api/gql/graphql';
import { refusalsOf } from '@/api/refusals';
import { useAttributes } from '@/components/differences/attributes';
import { DifferenceList } from '@/components/differences/DifferenceList';
import { useNamed } from '@/components/differences/names';
import { differencesBetween, holdsOn, type VersionSaid } from '@/components/differences/timeline';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { Refusals } from '@/ui/Refusals';
import type { Compared } from './sides';

const COMPARED = graphql(`
  query CompareItem($dictionary: ID!, $code: ID!) {
    dictionary(code: $dictionary) {
      itemHistory(code: $code) {
        validFrom
        validTo
        parentCode
        attributes
        retirement {
          reason
          successorCodes
        }
        publication {
          number
        }
        supersededIn {
          number
        }
      }
    }
  }
`);

type Version = NonNullable<CompareItemQuery['dictionary']>['itemHistory'][number];

/** What is said of the item on one side; with a date only what holds then, as if it always did. */
function saidAt(history: Version[], { publication, validOn }: DiffSideInput): VersionSaid[] {
  const known = history.filter(
    (version) =>
      (version.publication?.number ?? 0) <= publication && (!version.supersededIn || publication < version.supersededIn.number),
  );
  if (!validOn) return known;
  return known.filter((version) => holdsOn(version, validOn)).map((version) => ({ ...version, validFrom: null, validTo: null }));
}

/** What differs in one item between two points. */
export function OneItem({ compared }: { compared: Compared }) {
  const { t } = useTranslation('publication');
  const { dictionary, item, from, to } = compared;
  const { data, error, isLoading } = useAsk(COMPARED, { dictionary, code: item });
  const history = data?.dictionary?.itemHistory;
  const key = JSON.stringify([from, to]);
  const found = useMemo(() => {
    const [one, other] = JSON.parse(key) as [DiffSideInput, DiffSideInput];
    return differencesBetween(saidAt(history ?? [], one), saidAt(history ?? [], other));
  }, [history, key]);
  const differences = useNamed(dictionary, useAttributes(dictionary), found);
  if (isLoading) return <Loading />;
  if (error) return <Refusals refusals={refusalsOf(error)} />;
  if (differences.length === 0) return <Empty icon={IconEqual} title={t('compare.same')} hint={t('compare.sameHint')} />;
  return (
    <Paper withBorder p="md">
      <DifferenceList dictionary={dictionary} differences={differences} hasDates={!from.validOn} />
    </Paper>
  );
}
