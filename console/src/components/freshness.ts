import dayjs from 'dayjs';

/** How long ago a dictionary was renewed against how often it is to be: as `Freshness` of the service. */
export type Freshness = 'FRESH' | 'DUE' | 'OVERDUE' | 'UNKNOWN';

export interface Age {
  /** Whole days since the last edition; undefined: there is none. */
  days: number | undefined;
  /** How much of the period is over: 1 is all of it. */
  share: number | undefined;
  freshness: Freshness;
}

/** How fresh a dictionary is on a day: due in the last tenth of its period, at least on its last day, as the service has it. */
export function ageOf(publishedAt: string | null | undefined, periodDays: number | null | undefined, today = dayjs()): Age {
  if (!publishedAt) return { days: undefined, share: undefined, freshness: 'UNKNOWN' };
  const days = Math.max(0, today.startOf('day').diff(dayjs(publishedAt).startOf('day'), 'day'));
  if (!periodDays) return { days, share: undefined, freshness: 'UNKNOWN' };
  const left = periodDays - days;
  const freshness = left < 0 ? 'OVERDUE' : left <= Math.max(1, Math.floor(periodDays / 10)) ? 'DUE' : 'FRESH';
  return { days, share: days / periodDays, freshness };
}
