import { tidy, type Definition } from './definition';

/** One difference between two definitions, by the path that the server gives it: `attributes[name].length_max`. */
export interface DefinitionDifference {
  path: string;
  /** undefined: it was not there. */
  before: unknown;
  /** undefined: it is there no more. */
  after: unknown;
}

type Keyed = Array<{ code: string }>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isKeyed(value: unknown): value is Keyed {
  return Array.isArray(value) && value.every((each: unknown) => isObject(each) && typeof each['code'] === 'string');
}

/** The parts of a definition in the order in which people read it. */
const PARTS = 'name description code type display passport code_rule hierarchy attributes rules projections approval'.split(' ');

function rank(path: string): number {
  return PARTS.indexOf(path.split(/[.[]/)[0] ?? '');
}

/** Everything that differs, as the server will list it: objects key by key, what has codes by its code. */
export function differences(before: Definition, after: Definition): DefinitionDifference[] {
  const found: DefinitionDifference[] = [];
  compare('', tidy(before), tidy(after), found);
  return found.sort((one, other) => rank(one.path) - rank(other.path));
}

function compare(path: string, before: unknown, after: unknown, found: DefinitionDifference[]): void {
  if (isSame(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of union(Object.keys(before), Object.keys(after))) {
      compare(path === '' ? key : `${path}.${key}`, before[key], after[key], found);
    }
  } else if (isKeyed(before) && isKeyed(after) && before.length + after.length > 0) {
    const codes = (list: Keyed) => list.map(({ code }) => code);
    for (const code of union(codes(after), codes(before))) {
      const pick = (list: Keyed) => list.find((each) => each.code === code);
      compare(`${path}[${code}]`, pick(before), pick(after), found);
    }
    if (isReordered(codes(before), codes(after))) found.push({ path, before: codes(before), after: codes(after) });
  } else {
    found.push({ path, before, after });
  }
}

/** Whether those that stay come in another order. */
function isReordered(before: string[], after: string[]): boolean {
  const stay = before.filter((code) => after.includes(code));
  const now = after.filter((code) => before.includes(code));
  return stay.some((code, at) => now[at] !== code);
}

function union(first: string[], second: string[]): string[] {
  return [...new Set([...first, ...second])];
}

/** Whether two pieces of JSON say the same; the order of keys says nothing. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  return union(Object.keys(one), Object.keys(other)).every((key) => isSame(one[key], other[key]));
}

/** A step of a path: a key, and the code of what stands there in a list. */
export interface PathStep {
  key: string;
  code?: string;
}

/** `attributes[name].length_max` → attributes with the code `name`, then length_max. */
export function steps(path: string): PathStep[] {
  return path
    .split(/\.(?![^[]*\])/)
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [, key = piece, code] = /^([^[]*)\[(.*)\]$/.exec(piece) ?? [];
      return code === undefined ? { key } : { key, code };
    });
}
