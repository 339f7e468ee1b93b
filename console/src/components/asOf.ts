import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { today } from '@/ui/format';

/** A point of both times: what held on `validOn`, as it was known at `publication`. */
export interface AsOf {
  /** `2024-03-01`. */
  validOn: string;
  /** The number of a publication; null: the latest. */
  publication: number | null;
  /** Whether this is today by the latest publication. */
  isNow: boolean;
}

/** The point of both times that rules the whole page; it lives in the address as `on` and `at`. */
export function useAsOf(): [AsOf, (next: Partial<Pick<AsOf, 'validOn' | 'publication'>>) => void] {
  const [search, setSearch] = useSearchParams();
  const on = search.get('on');
  const at = search.get('at');
  const asOf = useMemo(() => {
    const validOn = on && /^\d{4}-\d\d-\d\d$/.test(on) ? on : today();
    const publication = at && /^\d{1,9}$/.test(at) ? Number(at) : null;
    return { validOn, publication, isNow: validOn === today() && publication === null };
  }, [on, at]);
  const set = useCallback(
    (next: Partial<Pick<AsOf, 'validOn' | 'publication'>>) => {
      setSearch((current) => {
        const changed = new URLSearchParams(current);
        if (next.validOn !== undefined) {
          if (next.validOn === today()) changed.delete('on');
          else changed.set('on', next.validOn);
        }
        if (next.publication !== undefined) {
          if (next.publication === null) changed.delete('at');
          else changed.set('at', String(next.publication));
        }
        return changed;
      });
    },
    [setSearch],
  );
  return [asOf, set];
}

/** The part of an address that keeps the point: `?on=2024-03-01&at=17`, or nothing for now. */
export function asOfSearch(asOf: AsOf): string {
  const search = new URLSearchParams();
  if (asOf.validOn !== today()) search.set('on', asOf.validOn);
  if (asOf.publication !== null) search.set('at', String(asOf.publication));
  const text = search.toString();
  return text ? `?${text}` : '';
}
