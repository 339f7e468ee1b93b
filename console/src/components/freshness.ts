import dayjs from 'dayjs';

/** How long ago a dictionary was renewed against how often it is to be: as `Freshness` of the service. */
export type Freshness = 'FRESH' | 'DUE' | 'OVERDUE' | 'UNKNOWN';

/** From which share of its period on a dictionary is to be renewed soon. */
const DUE_FROM = 0.8;

export interface Age {
  /** Whole days since the last edition; undefined: there is none. */
  days: number | undefined;
  /** How much of the period is over: 1 is all of it. */
  share: number | undefined;
  freshness: Freshness;
}

/** How fresh a dictionary is at an instant. */
export function ageOf(publishedAt: string | null | undefined, periodDays: number | null | undefined, now = dayjs()): Age {
  if (!publishedAt) return { days: undefined, share: undefined, freshness: 'UNKNOWN' };
  const days = Math.max(0, now.diff(dayjs(publishedAt), 'day'));
  if (!periodDays) return { days, share: undefined, freshness: 'UNKNOWN' };
  const share = days / periodDays;
  const freshness = share > 1 ? 'OVERDUE' : share >= DUE_FROM ? 'DUE' : 'FRESH';
  return { days, share, freshness };
}
