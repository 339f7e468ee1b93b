import type { AttributeDefinition, Definition, Hierarchy, RuleDefinition, StageDefinition } from './definition';

/** The kinds of fault that can be seen without asking the server; each has its sentence in the texts. */
export type ProblemCode =
  | 'missing'
  | 'code'
  | 'enumCode'
  | 'type'
  | 'plural'
  | 'reserved'
  | 'twice'
  | 'noAttributes'
  | 'tooMany'
  | 'display'
  | 'pattern'
  | 'bound'
  | 'range'
  | 'length'
  | 'target'
  | 'values'
  | 'root'
  | 'quorum';

/** Something that is wrong with a definition, by the path that the server would give it: `attributes[2].length_max`. */
export interface Problem {
  path: string;
  code: ProblemCode;
  /** Nothing is there yet: said only when somebody means to be ready. */
  isMissing: boolean;
}

const CODE = /^[a-z][a-z0-9_]{0,62}$/;
const TYPE = /^[A-Z][A-Za-z0-9]{0,62}$/;
const ENUM_CODE = /^[A-Z][A-Z0-9_]{0,62}$/;
/** What items and files call their own already (`src/domain/dictionary.rs`). */
const RESERVED = new Set(
  'code parent children ancestors descendants history successors successor_codes reason valid_from valid_to publication superseded_in id'.split(
    ' ',
  ),
);
const ATTRIBUTES_MAX = 200;
const QUORUM_MAX = 20;

/** Whether values of a type are texts of one's own. */
export const isText = (type: string): boolean => type === 'string' || type === 'text';
/** Whether values of a type have a least and a greatest. */
export const hasRange = (type: string): boolean => type === 'integer' || type === 'decimal' || type === 'date';

const camelCase = (code: string): string => code.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

type Report = (path: string, code: ProblemCode) => void;

/** Everything that is wrong with a definition as far as it can be known here; the server has the last word, on rules above all. */
export function check(definition: Definition): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, code) => problems.push({ path, code, isMissing: code === 'missing' });
  checkPassport(definition, report);
  const attributes = definition.attributes ?? [];
  if (attributes.length === 0) report('attributes', 'noAttributes');
  if (attributes.length > ATTRIBUTES_MAX) report('attributes', 'tooMany');
  const seen = new Set<string>();
  for (const [at, attribute] of attributes.entries()) {
    const path = `attributes[${at}]`;
    checkCode(attribute.code, `${path}.code`, report);
    const field = camelCase(attribute.code);
    if (attribute.code && seen.has(field)) report(`${path}.code`, 'twice');
    else if (RESERVED.has(attribute.code)) report(`${path}.code`, 'reserved');
    seen.add(field);
    checkAttribute(attribute, path, report);
  }
  checkRules(definition.rules ?? [], report);
  checkHierarchy(definition.hierarchy, attributes, report);
  checkStages(definition.approval?.stages ?? [], report);
  return problems;
}

function checkCode(code: string, path: string, report: Report): void {
  if (code === '') report(path, 'missing');
  else if (!CODE.test(code)) report(path, 'code');
}

function checkPattern(pattern: string | undefined, path: string, report: Report): void {
  if (pattern && compiled(pattern) === null) report(path, 'pattern');
}

function checkPassport(definition: Definition, report: Report): void {
  const { code, type, name, display, passport, code_rule: codeRule } = definition;
  if (name.ru.trim() === '') report('name.ru', 'missing');
  checkCode(code, 'code', report);
  if (type === '') report('type', 'missing');
  else if (!TYPE.test(type)) report('type', 'type');
  else if (lowerFirst(type) === camelCase(code)) report('type', 'plural');
  if (passport.owner.trim() === '') report('passport.owner', 'missing');
  checkPattern(codeRule?.pattern, 'code_rule.pattern', report);
  if (!display) return;
  const shown = definition.attributes?.find((attribute) => attribute.code === display);
  if (!shown || !isText(shown.type) || shown.list) report('display', 'display');
}

function checkAttribute(attribute: AttributeDefinition, path: string, report: Report): void {
  if (attribute.label.ru.trim() === '') report(`${path}.label.ru`, 'missing');
  checkPattern(attribute.pattern, `${path}.pattern`, report);
  if (attribute.type === 'reference' && !attribute.to) report(`${path}.to`, 'target');
  if (attribute.type === 'enum') checkValues(attribute, path, report);
  const { length_min: shortest, length_max: longest } = attribute;
  if (longest !== undefined && longest < Math.max(shortest ?? 0, 1)) report(`${path}.length_max`, 'length');
  if (!hasRange(attribute.type)) return;
  const [min, max] = [limit(attribute.type, attribute.min), limit(attribute.type, attribute.max)];
  if (min === null) report(`${path}.min`, 'bound');
  if (max === null) report(`${path}.max`, 'bound');
  if (min !== null && max !== null && min !== undefined && max !== undefined && max < min) report(`${path}.max`, 'range');
}

function checkValues(attribute: AttributeDefinition, path: string, report: Report): void {
  const values = attribute.values ?? [];
  if (values.length === 0) report(`${path}.values`, 'values');
  const seen = new Set<string>();
  for (const [at, value] of values.entries()) {
    const here = `${path}.values[${at}]`;
    if (value.code === '') report(`${here}.code`, 'missing');
    else if (!ENUM_CODE.test(value.code)) report(`${here}.code`, 'enumCode');
    else if (seen.has(value.code)) report(`${here}.code`, 'twice');
    seen.add(value.code);
    if (value.label.ru.trim() === '') report(`${here}.label.ru`, 'missing');
  }
}

function checkRules(rules: RuleDefinition[], report: Report): void {
  const seen = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    const path = `rules[${at}]`;
    checkCode(rule.code, `${path}.code`, report);
    if (rule.code && seen.has(rule.code)) report(`${path}.code`, 'twice');
    seen.add(rule.code);
    if (rule.expect.trim() === '') report(`${path}.expect`, 'missing');
    if (rule.message.ru.trim() === '') report(`${path}.message.ru`, 'missing');
  }
}

function checkHierarchy(hierarchy: Hierarchy | undefined, attributes: AttributeDefinition[], report: Report): void {
  const root = hierarchy?.root_attribute;
  if (!root) return;
  if (!attributes.some((attribute) => attribute.code === root)) report('hierarchy.root_attribute', 'root');
}

function checkStages(stages: StageDefinition[], report: Report): void {
  for (const [at, stage] of stages.entries()) {
    const path = `approval.stages[${at}]`;
    if (stage.name.ru.trim() === '') report(`${path}.name.ru`, 'missing');
    const quorum = stage.quorum ?? 1;
    if (!Number.isInteger(quorum) || quorum < 1 || quorum > QUORUM_MAX) report(`${path}.quorum`, 'quorum');
  }
}

/** A bound to be compared; undefined: there is none, null: it is none for the type. */
function limit(type: string, bound: number | string | undefined): number | null | undefined {
  if (bound === undefined || bound === '') return undefined;
  const written = String(bound);
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(written) ? Date.parse(written) : null;
  const form = type === 'integer' ? /^[-+]?\d+$/ : /^[-+]?\d+(\.\d+)?$/;
  return form.test(written) ? Number(written) : null;
}

/** A pattern as the browser can ask it; null: it is wrong; undefined: it is one that only the server reads. */
export function compiled(pattern: string): RegExp | null | undefined {
  // The server's patterns know flags in brackets, which the browser's do not.
  if (/\(\?(P<|[a-zA-Z-]+[):])|\[\[:/.test(pattern)) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    try {
      return new RegExp(pattern);
    } catch {
      return null;
    }
  }
}
