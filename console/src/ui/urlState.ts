import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** A piece of the page's state that lives in the address, so that a link shows the same and «back» undoes. Blank: not there. */
export function useUrlState(name: string, fallback = ''): [string, (value: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const value = search.get(name) ?? fallback;
  const set = useCallback(
    (next: string | null) => {
      setSearch(
        (current) => {
          const changed = new URLSearchParams(current);
          if (next === null || next === fallback) changed.delete(name);
          else changed.set(name, next);
          return changed;
        },
        { replace: true },
      );
    },
    [name, fallback, setSearch],
  );
  return [value, set];
}
