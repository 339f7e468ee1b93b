import type { DifferenceSaid } from './DifferenceList';

/** A version of an item as far as two timelines are compared. */
export interface VersionSaid {
  validFrom?: string | null;
  validTo?: string | null;
  parentCode?: string | null;
  attributes: unknown;
  retirement?: { reason: string; successorCodes: string[] } | null;
}

type Values = Record<string, unknown>;

/** The values of a version by the codes of their attributes. */
export function valuesOf(version: { attributes: unknown } | undefined): Values {
  const said = version?.attributes;
  return typeof said === 'object' && said !== null ? (said as Values) : {};
}

/** Whether a version holds on a day. */
export function holdsOn(version: Pick<VersionSaid, 'validFrom' | 'validTo'>, day: string): boolean {
  return (!version.validFrom || version.validFrom <= day) && (!version.validTo || day < version.validTo);
}

/** A stretch between two neighbouring bounds; null: open. */
interface Stretch {
  from: string | null;
  to: string | null;
}

function stretchesOf(versions: VersionSaid[]): Stretch[] {
  const bounds = versions.flatMap(({ validFrom, validTo }) => [validFrom, validTo]).filter((day) => typeof day === 'string');
  const days = [...new Set(bounds)].sort();
  const first = days[0];
  if (first === undefined) return [{ from: null, to: null }];
  return [{ from: null, to: first }, ...days.map((day, place) => ({ from: day, to: days[place + 1] ?? null }))];
}

function covering(versions: VersionSaid[], { from, to }: Stretch): VersionSaid | undefined {
  return versions.find((version) => {
    if (from !== null) return holdsOn(version, from);
    return !version.validFrom && (to === null || !version.validTo || to <= version.validTo);
  });
}

/** Whether two values say the same: the order of the keys of an object says nothing. */
export function isSame(one: unknown, other: unknown): boolean {
  return written(one) === written(other);
}

function written(value: unknown): string {
  return JSON.stringify(value ?? null, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

function differencesOn(stretch: Stretch, before: VersionSaid | undefined, after: VersionSaid | undefined): DifferenceSaid[] {
  const base = { validFrom: stretch.from, validTo: stretch.to, beforeNames: [], afterNames: [] };
  if (!before && !after) return [];
  if (!before || !after) {
    const [was, is] = [before && valuesOf(before), after && valuesOf(after)];
    return [{ ...base, subject: 'EXISTENCE', before: was, after: is }];
  }
  const [was, is] = [valuesOf(before), valuesOf(after)];
  const codes = [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((code) => !isSame(was[code], is[code]));
  const found: DifferenceSaid[] = codes.map((attribute) => ({
    ...base,
    subject: 'ATTRIBUTE',
    attribute,
    before: was[attribute],
    after: is[attribute],
  }));
  if ((before.parentCode ?? null) !== (after.parentCode ?? null))
    found.push({ ...base, subject: 'PARENT', before: before.parentCode, after: after.parentCode });
  return found;
}

/** Joins what is said alike of neighbouring stretches. */
function joined(differences: DifferenceSaid[]): DifferenceSaid[] {
  const kept: DifferenceSaid[] = [];
  for (const each of differences) {
    const place = kept.findIndex(
      (other) =>
        other.validTo === each.validFrom &&
        other.validTo !== null &&
        other.subject === each.subject &&
        other.attribute === each.attribute &&
        isSame(other.before, each.before) &&
        isSame(other.after, each.after),
    );
    const known = kept[place];
    if (known) kept[place] = { ...known, validTo: each.validTo ?? null };
    else kept.push(each);
  }
  return kept;
}

function retirementOf(versions: VersionSaid[]): { said: unknown; until: string | null } {
  const last = versions.find(({ retirement }) => retirement);
  const said = last?.retirement;
  return {
    said: said ? { reason: said.reason, successors: said.successorCodes } : null,
    until: last?.validTo ?? null,
  };
}

/** What differs between two timelines of one item: as the API's `diff` says it, for one item only and without names. */
export function differencesBetween(before: VersionSaid[], after: VersionSaid[]): DifferenceSaid[] {
  const stretches = stretchesOf([...before, ...after]);
  const found = joined(
    stretches.flatMap((stretch) => differencesOn(stretch, covering(before, stretch), covering(after, stretch))),
  );
  const [was, is] = [retirementOf(before), retirementOf(after)];
  if (!isSame(was.said, is.said))
    found.push({
      validFrom: null,
      validTo: is.until ?? was.until,
      subject: 'RETIREMENT',
      before: was.said,
      after: is.said,
      beforeNames: [],
      afterNames: [],
    });
  return found;
}
