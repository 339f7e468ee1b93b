import { hasRange, isText } from './checking';
import type { AttributeDefinition, AttributeKind } from './definition';

/** An attribute under another type: what means nothing for the type is left behind, or the server would refuse it. */
export function retyped(attribute: AttributeDefinition, type: AttributeKind): AttributeDefinition {
  const next: AttributeDefinition = { ...attribute, type };
  if (!isText(type)) {
    delete next.localized;
    delete next.length_min;
    delete next.length_max;
    delete next.pattern;
    if (type !== 'enum') delete next.search;
  }
  if (!hasRange(type) || type !== attribute.type) {
    delete next.min;
    delete next.max;
  }
  if (type !== 'reference') {
    delete next.to;
    delete next.check;
    delete next.on_retire;
  }
  if (type !== 'enum') delete next.values;
  return next;
}

/** Flags that exclude one another are put down where one is raised: a list is in one language, and only single values are unique. */
export function flagged(
  attribute: AttributeDefinition,
  flag: 'required' | 'unique' | 'localized' | 'list' | 'search',
  isUp: boolean,
): AttributeDefinition {
  const next: AttributeDefinition = { ...attribute, [flag]: isUp };
  if (!isUp) return next;
  if (flag === 'list' || flag === 'localized') next.unique = false;
  if (flag === 'list') next.localized = false;
  if (flag === 'localized') next.list = false;
  if (flag === 'unique') Object.assign(next, { list: false, localized: false });
  return next;
}

/** A list with one of its elements at another place. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  const element = list[from];
  if (element === undefined || to < 0 || to >= list.length) return list;
  const others = list.filter((_, at) => at !== from);
  return [...others.slice(0, to), element, ...others.slice(to)];
}

/** A list with one of its elements replaced. */
export function replaced<T>(list: T[], at: number, element: T): T[] {
  return list.map((each, here) => (here === at ? element : each));
}

/** A list without one of its elements. */
export function without<T>(list: T[], at: number): T[] {
  return list.filter((_, here) => here !== at);
}
