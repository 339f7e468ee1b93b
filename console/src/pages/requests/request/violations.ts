import type { Refusal } from '@/api/refusals';

/** Codes that we have a sentence for of our own; others are told in the words of the service. */
export const KNOWN = [
  'REQUIRED',
  'REFERENCE_DANGLING',
  'REFERENCE_GAP',
  'UNIQUE',
  'LENGTH',
  'PATTERN',
  'RANGE',
  'ENUM',
  'HIERARCHY_CYCLE',
  'HIERARCHY_ROOTS',
  'HIERARCHY_DEPTH',
  'SUCCESSOR_NEEDED',
  'VALIDITY_OVERLAP',
  'CODE_MALFORMED',
] as const;

export type KnownCode = (typeof KNOWN)[number];

/** Where a violation is: `path` is dictionary, item, attribute, as far as it is about one. */
export interface Place {
  dictionary: string;
  item: string | undefined;
  attribute: string | undefined;
}

export function placeOf({ path }: Refusal): Place {
  const [dictionary = '', item, attribute] = path;
  return { dictionary, item, attribute };
}

/** Violations of one item together, in the order in which they were told. */
export function byItem(violations: Refusal[]): Array<{ place: Place; violations: Refusal[] }> {
  const groups = new Map<string, { place: Place; violations: Refusal[] }>();
  for (const violation of violations) {
    const place = placeOf(violation);
    const key = `${place.dictionary}/${place.item ?? ''}`;
    const group = groups.get(key);
    if (group) group.violations.push(violation);
    else groups.set(key, { place, violations: [violation] });
  }
  return [...groups.values()];
}
