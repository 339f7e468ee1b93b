import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { CompareChoicesQuery, DiffSideInput } from '@/api/gql/graphql';

const CHOICES = graphql(`
  query CompareChoices {
    publications(first: 200) {
      nodes {
        number
        publishedAt
        title
      }
    }
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
      }
    }
  }
`);

const NAMES = ['dictionary', 'item', 'from', 'to', 'fromOn', 'toOn'] as const;
type Name = (typeof NAMES)[number];

/** What is compared with what, as the address says it. */
export interface Compared {
  dictionary: string;
  /** The code of the only item that is compared; blank: all. */
  item: string;
  from: DiffSideInput;
  to: DiffSideInput;
  /** Whether the sides are known: without numbers in the address, they wait for the newest publication. */
  isReady: boolean;
  choices: CompareChoicesQuery | undefined;
  set: (changes: Partial<Record<Name, string | null>>) => void;
}

const isNumber = (text: string | null): text is string => text !== null && /^\d{1,9}$/.test(text);
const isDay = (text: string | null): text is string => text !== null && /^\d{4}-\d\d-\d\d$/.test(text);

/** Reads the sides from the address; left out, they are the newest publication and the one before. */
export function useSides(): Compared {
  const [search, setSearch] = useSearchParams();
  const { data: choices } = useAsk(CHOICES, {}, { types: ['Publication', 'Dictionary'] });
  const set = useCallback(
    (changes: Partial<Record<Name, string | null>>) => {
      setSearch(
        (current) => {
          const changed = new URLSearchParams(current);
          for (const name of NAMES) {
            const value = changes[name];
            if (value === undefined) continue;
            if (value === null || value === '') changed.delete(name);
            else changed.set(name, value);
          }
          return changed;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  const latest = choices?.publications.nodes[0]?.number;
  const [toText, fromText, toOn, fromOn] = [search.get('to'), search.get('from'), search.get('toOn'), search.get('fromOn')];
  const to = isNumber(toText) ? Number(toText) : (latest ?? 0);
  const from = isNumber(fromText) ? Number(fromText) : Math.max(0, to - 1);
  // With dates on one side only, the other one is compared on the same date.
  const days = [fromOn, toOn].filter(isDay);
  const dated = (own: string | null) => (days.length > 0 ? { validOn: isDay(own) ? own : (days[0] ?? null) } : {});
  return {
    dictionary: search.get('dictionary') ?? '',
    item: search.get('item') ?? '',
    from: { publication: from, ...dated(fromOn) },
    to: { publication: to, ...dated(toOn) },
    isReady: isNumber(toText) || latest !== undefined,
    choices,
    set,
  };
}
