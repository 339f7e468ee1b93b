import { ACCESSES, APPROVAL_ROLES, ATTRIBUTE_TYPES, CHECKS, ON_RETIRE, PARENT_FROM, type Definition } from './definition';

/** What a piece of JSON should have been, and where. */
export interface Misshapen {
  path: string;
  expected: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'bound' | 'choice' | 'unknown';
  /** The values that would do, where it is a choice. */
  choices?: string;
}

type Check = (value: unknown, path: string) => Misshapen | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function primitive(expected: 'string' | 'number' | 'boolean'): Check {
  return (value, path) => (typeof value === expected ? undefined : { path, expected });
}

const text = primitive('string');
const flag = primitive('boolean');
const number: Check = (value, path) => (Number.isInteger(value) ? undefined : { path, expected: 'number' });
const bound: Check = (value, path) =>
  typeof value === 'string' || typeof value === 'number' ? undefined : { path, expected: 'bound' };

function oneOf(choices: readonly string[]): Check {
  return (value, path) =>
    typeof value === 'string' && choices.includes(value) ? undefined : { path, expected: 'choice', choices: choices.join(', ') };
}

function list(of: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return { path, expected: 'array' };
    for (const [at, each] of value.entries()) {
      const wrong = of(each, `${path}[${at}]`);
      if (wrong) return wrong;
    }
    return undefined;
  };
}

/** Objects with needed and other keys; where `isOpen`, keys that are not known are left alone. */
function object(needed: Record<string, Check>, others: Record<string, Check> = {}, isOpen = false): Check {
  return (value, path) => {
    if (!isObject(value)) return { path, expected: 'object' };
    const under = (key: string) => (path === '' ? key : `${path}.${key}`);
    for (const [key, check] of Object.entries(needed)) {
      const wrong = check(value[key], under(key));
      if (wrong) return wrong;
    }
    for (const [key, found] of Object.entries(value)) {
      const check = needed[key] ?? others[key];
      if (!check && !isOpen) return { path: under(key), expected: 'unknown' };
      const wrong = needed[key] || found === undefined ? undefined : check?.(found, under(key));
      if (wrong) return wrong;
    }
    return undefined;
  };
}

const label = object({ ru: text }, { en: text });
const value = object({ code: text, label });
const attribute = object(
  { code: text, type: oneOf(ATTRIBUTE_TYPES), label },
  {
    description: label,
    list: flag,
    required: flag,
    unique: flag,
    localized: flag,
    search: flag,
    length_min: number,
    length_max: number,
    min: bound,
    max: bound,
    pattern: text,
    to: text,
    check: oneOf(CHECKS),
    on_retire: oneOf(ON_RETIRE),
    values: list(value),
  },
);
const hierarchy = object(
  {},
  {
    check: oneOf(CHECKS),
    on_retire: oneOf(ON_RETIRE),
    roots_max: number,
    parent_from: oneOf(PARENT_FROM),
    prefix_lengths: list(number),
    root_attribute: text,
  },
);
const projection = object({ code: text, name: label, columns: list(object({ name: text }, {}, true)) }, {}, true);
const definition = object(
  {
    code: text,
    type: text,
    name: label,
    passport: object({ owner: text }, { basis: text, source: text, update_period_days: number, access: oneOf(ACCESSES) }),
  },
  {
    description: label,
    display: text,
    code_rule: object({}, { pattern: text, description: label, remove: text }),
    hierarchy,
    attributes: list(attribute),
    rules: list(object({ code: text, expect: text, message: label }, { when: text })),
    projections: list(projection),
    approval: object(
      {},
      { four_eyes: flag, stages: list(object({ name: label, role: oneOf(APPROVAL_ROLES) }, { quorum: number })) },
    ),
  },
);

/** JSON as a definition, or the first place where it has not the shape of one. Whether it makes sense, `checking.ts` says. */
export function readDefinition(json: unknown): { definition: Definition } | { wrong: Misshapen } {
  const wrong = definition(json, '');
  return wrong ? { wrong } : { definition: json as Definition };
}
