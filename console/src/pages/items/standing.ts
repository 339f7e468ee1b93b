import dayjs from 'dayjs';
import { holdsOn } from '@/components/differences/timeline';
import type { AsOf } from '@/components/asOf';
import { knownAt, type HistoryVersion } from './reading';

/** How an item stands at a point of both times. */
export type Standing =
  | { kind: 'VALID'; version: HistoryVersion; until: string | null }
  | { kind: 'NOT_YET'; version: HistoryVersion; from: string }
  | { kind: 'ENDED'; version: HistoryVersion; on: string }
  | { kind: 'GAP'; version: HistoryVersion; from: string | null }
  | { kind: 'UNKNOWN'; version: HistoryVersion; publication: number }
  | { kind: 'ANNULLED'; version: HistoryVersion };

/** Where an item stands; where nothing holds, with the version that comes nearest. Undefined: there never was such an item. */
export function standingOf(history: HistoryVersion[], { validOn, publication }: AsOf): Standing | undefined {
  const known = knownAt(history, publication);
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last) return unknownOrAnnulled(history, publication);
  const current = known.find((version) => holdsOn(version, validOn));
  if (current) return { kind: 'VALID', version: current, until: endOf(known, current) };
  if (first.validFrom && validOn < first.validFrom) return { kind: 'NOT_YET', version: first, from: first.validFrom };
  if (last.validTo && last.validTo <= validOn) return { kind: 'ENDED', version: last, on: last.validTo };
  const next = known.find(({ validFrom }) => validFrom && validOn < validFrom);
  const before = known.findLast(({ validTo }) => validTo && validTo <= validOn) ?? first;
  return { kind: 'GAP', version: before, from: next?.validFrom ?? null };
}

function unknownOrAnnulled(history: HistoryVersion[], publication: number | null): Standing | undefined {
  const numbers = history.map((version) => version.publication?.number ?? 0);
  const earliest = Math.min(...numbers);
  const newest = history.find((version) => version.publication?.number === Math.max(...numbers));
  if (!newest) return undefined;
  if (publication !== null && publication < earliest) return { kind: 'UNKNOWN', version: newest, publication: earliest };
  return { kind: 'ANNULLED', version: newest };
}

/** The day on which the item ends: of the last version that goes on from this one without a gap. */
function endOf(known: HistoryVersion[], version: HistoryVersion): string | null {
  let end = version.validTo ?? null;
  for (const next of known) if (end !== null && next.validFrom === end) end = next.validTo ?? null;
  return end;
}

/** A day on which a version holds, as near to a wanted one as can be. */
export function dayWithin({ validFrom, validTo }: Pick<HistoryVersion, 'validFrom' | 'validTo'>, wanted: string): string {
  if (validFrom && wanted < validFrom) return validFrom;
  if (validTo && validTo <= wanted) return dayjs(validTo).subtract(1, 'day').format('YYYY-MM-DD');
  return wanted;
}
