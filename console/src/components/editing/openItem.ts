import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** Opens the card of an item over the grid: by its code, blank for a new one, `null` to close it. */
export function useOpenItem(): (code: string | null) => void {
  const [, setSearch] = useSearchParams();
  return useCallback(
    (code) =>
      setSearch((current) => {
        const changed = new URLSearchParams(current);
        if (code === null) changed.delete('item');
        else changed.set('item', code);
        return changed;
      }),
    [setSearch],
  );
}
