import type { Refusal } from '@/api/refusals';

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
