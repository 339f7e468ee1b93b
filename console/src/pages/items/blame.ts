import { holdsOn, isSame, valuesOf } from '@/components/differences/timeline';
import type { PublicationSaid } from '@/components/publications/said';
import type { HistoryVersion } from './reading';

/**
 * The publication that made one thing of a version what it is on a day: going back from the version that is known, as long as what it
 * replaced said the same of that day.
 */
function originOf(
  history: HistoryVersion[],
  version: HistoryVersion,
  day: string,
  read: (version: HistoryVersion) => unknown,
): PublicationSaid | null {
  const said = read(version);
  let earliest = version;
  for (;;) {
    const number = earliest.publication?.number;
    const before = history.find((each) => each.supersededIn?.number === number && each !== earliest && holdsOn(each, day));
    if (number === undefined || !before || !isSame(read(before), said)) return earliest.publication ?? null;
    earliest = before;
  }
}

/** What made each value of a version what it is on a day, by attribute; the parent as `parent`. */
export function blameOf(history: HistoryVersion[], version: HistoryVersion, day: string): Map<string, PublicationSaid | null> {
  const codes = Object.keys(valuesOf(version));
  const origins = codes.map(
    (code) => [code, originOf(history, version, day, (each) => valuesOf(each)[code])] as [string, PublicationSaid | null],
  );
  origins.push(['parent', originOf(history, version, day, (each) => each.parentCode ?? null)]);
  return new Map(origins);
}
