/** A text in Russian and, where somebody wrote it, in English. */
export interface Label {
  ru: string;
  en?: string | undefined;
}

export const ATTRIBUTE_TYPES = ['string', 'text', 'integer', 'decimal', 'boolean', 'date', 'enum', 'reference'] as const;
export type AttributeKind = (typeof ATTRIBUTE_TYPES)[number];

export const ACCESSES = ['public', 'internal', 'restricted'] as const;
export const CHECKS = ['strict', 'warn'] as const;
export const ON_RETIRE = ['block', 'successor'] as const;
export const PARENT_FROM = ['column', 'prefix', 'zero_padded_prefix'] as const;
export const APPROVAL_ROLES = ['approver', 'owner'] as const;

export interface EnumValueDefinition {
  code: string;
  label: Label;
}

/** A typed field of an item, as a definition writes it. */
export interface AttributeDefinition {
  code: string;
  type: AttributeKind;
  label: Label;
  description?: Label | undefined;
  list?: boolean | undefined;
  required?: boolean | undefined;
  unique?: boolean | undefined;
  localized?: boolean | undefined;
  search?: boolean | undefined;
  length_min?: number | undefined;
  length_max?: number | undefined;
  min?: number | string | undefined;
  max?: number | string | undefined;
  pattern?: string | undefined;
  to?: string | undefined;
  check?: (typeof CHECKS)[number] | undefined;
  on_retire?: (typeof ON_RETIRE)[number] | undefined;
  values?: EnumValueDefinition[] | undefined;
}

export interface RuleDefinition {
  code: string;
  when?: string | undefined;
  expect: string;
  message: Label;
}

export interface Hierarchy {
  check?: (typeof CHECKS)[number] | undefined;
  on_retire?: (typeof ON_RETIRE)[number] | undefined;
  roots_max?: number | undefined;
  parent_from?: (typeof PARENT_FROM)[number] | undefined;
  prefix_lengths?: number[] | undefined;
  root_attribute?: string | undefined;
}

export interface StageDefinition {
  name: Label;
  role: (typeof APPROVAL_ROLES)[number];
  quorum?: number | undefined;
}

export interface ApprovalDefinition {
  four_eyes?: boolean | undefined;
  stages?: StageDefinition[] | undefined;
}

/** A file for a receiver. The editor shows it and keeps the rest of it as it is. */
export interface ProjectionDefinition {
  code: string;
  name: Label;
  description?: Label | undefined;
  encoding?: string | undefined;
  separator?: string | undefined;
  columns: Array<{ name: string; value?: string | undefined }>;
}

export interface Passport {
  owner: string;
  basis?: string | undefined;
  source?: string | undefined;
  update_period_days?: number | undefined;
  access?: (typeof ACCESSES)[number] | undefined;
}

/** The definition of a dictionary as `Dictionary.definition` gives it and `defineDictionary` takes it: `dictionary.schema.json`. */
export interface Definition {
  code: string;
  type: string;
  name: Label;
  description?: Label | undefined;
  display?: string | undefined;
  passport: Passport;
  code_rule?: { pattern?: string | undefined; description?: Label | undefined; remove?: string | undefined } | undefined;
  hierarchy?: Hierarchy | undefined;
  attributes?: AttributeDefinition[] | undefined;
  rules?: RuleDefinition[] | undefined;
  projections?: ProjectionDefinition[] | undefined;
  approval?: ApprovalDefinition | undefined;
}

/** What a new dictionary begins with: a name to find things by, and one approver. */
export function newDefinition(label: Label, stage: Label): Definition {
  return {
    code: '',
    type: '',
    name: { ru: '' },
    display: 'name',
    passport: { owner: '', access: 'internal' },
    attributes: [{ code: 'name', type: 'string', label, required: true, localized: true, search: true, length_max: 500 }],
    approval: { four_eyes: true, stages: [{ name: stage, role: 'approver', quorum: 1 }] },
  };
}

/** Keys whose absence and whose least value mean the same, so that taking back an edit leaves no difference. */
const LEAST: Record<string, unknown> = {
  list: false,
  required: false,
  unique: false,
  localized: false,
  search: false,
};

function isNothing(key: string, value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (LEAST[key] === value) return true;
  if (Array.isArray(value)) return value.length === 0 && key !== 'attributes' && key !== 'stages';
  return false;
}

/** Keys that stand in a definition even when nothing is in them: without them it is no definition. */
const NEEDED = new Set(['code', 'type', 'ru', 'owner', 'expect', 'label', 'name', 'message', 'passport', 'approval']);

function tidied(key: string, value: unknown): unknown {
  // Files for receivers have blanks that mean something, and are not edited here.
  if (typeof value !== 'object' || value === null || key === 'projections') return value;
  if (Array.isArray(value)) return value.map((each) => tidied(key, each));
  const kept: Record<string, unknown> = {};
  for (const [inner, found] of Object.entries(value)) {
    const said = tidied(inner, found);
    if (NEEDED.has(inner) || !isNothing(inner, said)) kept[inner] = said;
  }
  const isBlank = Object.keys(kept).length === 0 || (Object.keys(kept).length === 1 && kept['ru'] === '');
  return isBlank && (key === 'description' || key === 'code_rule') ? undefined : kept;
}

/** A definition as it is sent and compared: without blank texts, flags that are down and keys that say nothing. */
export function tidy(definition: Definition): Definition {
  const { approval, hierarchy, passport, attributes } = definition;
  const full: Definition = {
    ...definition,
    passport: { access: 'internal', ...passport },
    attributes: attributes ?? [],
    approval: {
      four_eyes: approval?.four_eyes ?? true,
      stages: (approval?.stages ?? []).map((stage) => ({ ...stage, quorum: stage.quorum ?? 1 })),
    },
  };
  if (hierarchy)
    full.hierarchy = { ...hierarchy, check: hierarchy.check ?? 'strict', parent_from: hierarchy.parent_from ?? 'column' };
  return tidied('', full) as Definition;
}

/** A definition as text with its keys in order, to compare. */
export function keyOf(definition: Definition): string {
  return JSON.stringify(tidy(definition), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** How the 32 letters from «а» to «я» are written in Latin. */
const LATIN = 'a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya'.split(' ');

function latin(letter: string): string {
  if (letter === 'ё') return 'e';
  const written = LATIN[(letter.codePointAt(0) ?? 0) - 0x430];
  return written === undefined ? letter : written.replace('-', '');
}

/** A code that a name suggests: «Вид органа» → `vid_organa`. */
export function codeFrom(name: string): string {
  return [...name.toLowerCase()]
    .map(latin)
    .join('')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 40);
}

/** The type of one item that a code suggests: `case_types` → `CaseType`; a code that is no English plural gets `Item` behind it. */
export function typeFrom(code: string): string {
  const singular = code.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
  const type = singular.replace(/(?:^|_+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return code !== '' && singular === code ? `${type}Item` : type;
}
