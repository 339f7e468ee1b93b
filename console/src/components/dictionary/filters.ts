import { camelCase } from './naming';
import type { Attribute, Shape } from './shape';

/** Filters as they stand in an address: `f.name=барнаул`, `f.kind=DISTRICT,CITY`, `f.number=10..20`, `f.under=1`. */
export type Filters = Record<string, string>;

const PREFIX = 'f.';

export function filtersIn(search: URLSearchParams): Filters {
  const found = [...search.entries()].filter(([name, value]) => name.startsWith(PREFIX) && value !== '');
  return Object.fromEntries(found.map(([name, value]) => [name.slice(PREFIX.length), value]));
}

/** An address with one filter changed; blank takes it away. */
export function withFilter(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = new URLSearchParams(search);
  if (value === '') changed.delete(PREFIX + name);
  else changed.set(PREFIX + name, value);
  return changed;
}

function listed(value: string): string[] {
  return value.split(',').filter((each) => each !== '');
}

/** `10..20`, `..20`, `10..` or `10`. */
function range(value: string): Record<string, string> {
  const at = value.indexOf('..');
  if (at < 0) return { eq: value };
  const [from, to] = [value.slice(0, at), value.slice(at + 2)];
  return { ...(from ? { gte: from } : {}), ...(to ? { lte: to } : {}) };
}

function conditionOf(attribute: Attribute, value: string): Record<string, unknown> {
  switch (attribute.type) {
    case 'ENUM':
    case 'REFERENCE':
      return { in: listed(value) };
    case 'BOOLEAN':
      return { eq: value === 'true' };
    case 'INTEGER':
      return Object.fromEntries(Object.entries(range(value)).map(([name, bound]) => [name, Number(bound)]));
    case 'DECIMAL':
    case 'DATE':
      return range(value);
    default:
      return { contains: value };
  }
}

/** The filter of the data API that says the same; `null` for none. A list is filtered by what one of its values is. */
export function dataFilter(shape: Shape, filters: Filters): Record<string, unknown> | null {
  const all: Record<string, unknown> = {};
  for (const attribute of shape.attributes) {
    const value = filters[attribute.code];
    if (value === undefined || attribute.list) continue;
    all[camelCase(attribute.code)] = conditionOf(attribute, value);
  }
  if (filters['under'] && shape.isHierarchical) all['descendantOf'] = filters['under'];
  if (filters['code']) all['code'] = { startsWith: filters['code'] };
  return Object.keys(all).length > 0 ? all : null;
}

/** What an export takes of the filters: values and beginnings. `null`: it cannot say the same. */
export function exportFilters(shape: Shape, filters: Filters): string[] | null {
  const told: string[] = [];
  for (const [name, value] of Object.entries(filters)) {
    const attribute = shape.attributes.find((each) => each.code === name);
    if (name === 'under') told.push(`under=${value}`);
    else if (attribute?.type === 'ENUM' || attribute?.type === 'REFERENCE') told.push(`${name}=${listed(value).join('|')}`);
    else if (attribute?.type === 'BOOLEAN') told.push(`${name}=${value}`);
    else return null;
  }
  return told;
}

/** An address without any filter or search. */
export function cleared(search: URLSearchParams): URLSearchParams {
  const left = new URLSearchParams(search);
  for (const name of search.keys()) if (name.startsWith(PREFIX) || name === 'q') left.delete(name);
  return left;
}

/** The ends of a range: `10..20`, `..20`, `10..` or `10`. */
export function endsOf(value: string): { from: string; to: string } {
  const at = value.indexOf('..');
  return at < 0 ? { from: value, to: value } : { from: value.slice(0, at), to: value.slice(at + 2) };
}
