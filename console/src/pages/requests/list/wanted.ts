import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { VIEWS, type View } from './listing';
import type { Narrowed } from './RequestFilters';

const NAMES: Array<keyof Narrowed> = ['words', 'state', 'dictionary', 'author'];

interface WantedState {
  view: View;
  setView: (view: string | null) => void;
  narrowed: Narrowed;
  narrow: (name: keyof Narrowed, value: string) => void;
  clear: () => void;
}

/** Which requests are wanted, as the address says: `?view=review&dictionary=offices`. */
export function useWanted(): WantedState {
  const [search, setSearch] = useSearchParams();
  const view = VIEWS.find((each) => each === search.get('view')) ?? 'open';
  const narrowed = useMemo(() => {
    const of = (name: keyof Narrowed) => search.get(name) ?? '';
    return { words: of('words'), state: of('state'), dictionary: of('dictionary'), author: of('author') };
  }, [search]);
  const change = useCallback(
    (changed: Record<string, string>) => {
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(changed)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return {
    view,
    // A state belongs to the look that it was chosen in.
    setView: (next) => change({ view: next === 'open' ? '' : (next ?? ''), state: '' }),
    narrowed,
    narrow: (name, value) => change({ [name]: value }),
    clear: () => change(Object.fromEntries(NAMES.map((name) => [name, '']))),
  };
}
