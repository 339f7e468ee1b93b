import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { TABS, type TabName } from './tabs';

/** Where in the editor one is: which part, and which row of its list is open. */
export interface Place {
  tab: TabName;
  open: number | undefined;
}

function placeIn(search: URLSearchParams): Place {
  const open = search.get('open');
  return {
    tab: TABS.find((each) => each === search.get('tab')) ?? 'passport',
    open: open !== null && /^\d{1,4}$/.test(open) ? Number(open) : undefined,
  };
}

/** An address with another place in it; everything else of it stays. */
export function withPlace(search: URLSearchParams, { tab, open }: Place): URLSearchParams {
  const changed = new URLSearchParams(search);
  if (tab === 'passport') changed.delete('tab');
  else changed.set('tab', tab);
  if (open === undefined) changed.delete('open');
  else changed.set('open', String(open));
  return changed;
}

/**
 * The place as the address says it. It changes here at once: the address follows a moment later, and whoever types by then would
 * type into nothing.
 */
export function usePlace(): [Place, (place: Place) => void] {
  const [search, setSearch] = useSearchParams();
  const { tab, open } = placeIn(search);
  const said = `${tab} ${open}`;
  const [own, setOwn] = useState({ said, tab, open });
  if (own.said !== said) setOwn({ said, tab, open });
  const set = useCallback(
    (next: Place) => {
      setOwn((now) => ({ said: now.said, ...next }));
      setSearch((current) => withPlace(current, next), { replace: true });
    },
    [setSearch],
  );
  const place = useMemo(() => ({ tab: own.tab, open: own.open }), [own.tab, own.open]);
  return [place, set];
}
