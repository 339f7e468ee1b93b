import type { TFunction } from 'i18next';
import { formatDate, localized } from '@/ui/format';
import type { Definition, Label, StageDefinition } from './definition';
import { steps, type DefinitionDifference } from './differences';
import type ru from '@/i18n/ru/definition.json';

type Words = TFunction<['definition', 'common']>;
type Step = keyof (typeof ru)['difference']['step'];
type Listed = keyof (typeof ru)['difference']['one'];

const isLabel = (value: unknown): value is Label => typeof value === 'object' && value !== null && 'ru' in value;

/** What people call an attribute, a rule, a value or a file of a code; nothing where that is not known. */
export type NameOf = (list: string, code: string) => string | undefined;

/** Where something differs, as a person says it: «Атрибут «Наименование» · Знаков не больше». */
export function placeWords(t: Words, difference: DefinitionDifference, nameOf: NameOf): string {
  const path = steps(difference.path);
  const words = path.map(({ key, code }, at) => {
    const step = t(`difference.step.${key as Step}`, { defaultValue: key });
    if (code === undefined) return step;
    const isWhole = at === path.length - 1;
    const name = (isWhole ? nameIn(difference) : undefined) ?? nameOf(key, code) ?? code;
    return t(`difference.one.${key as Listed}`, { name, defaultValue: `${step}: ${name}` });
  });
  const isOrder = Array.isArray(difference.before) && Array.isArray(difference.after) && isOfCodes(difference.path);
  return [...words, ...(isOrder ? [t('difference.order')] : [])].join(' · ');
}

/** What something that came or went as a whole calls itself. */
function nameIn({ before, after }: DefinitionDifference): string | undefined {
  const whole = after ?? before;
  if (typeof whole !== 'object' || whole === null) return undefined;
  for (const key of ['label', 'name', 'message']) {
    const found: unknown = key in whole ? Object.entries(whole).find(([each]) => each === key)?.[1] : undefined;
    if (isLabel(found)) return localized(found) || undefined;
  }
  return undefined;
}

/** Whether a path ends with a list of things that have codes: then the difference is about their order. */
function isOfCodes(path: string): boolean {
  return ['attributes', 'rules', 'projections', 'values'].includes(steps(path).at(-1)?.key ?? '') && !path.endsWith(']');
}

/** The names that definitions themselves give; the first that knows one is asked. */
export function namesIn(sides: Array<Definition | null>): NameOf {
  return (list, code) => {
    for (const side of sides) {
      const found = labelIn(side, list, code);
      if (found) return localized(found) || undefined;
    }
    return undefined;
  };
}

function labelIn(side: Definition | null, list: string, code: string): Label | undefined {
  const is = (each: { code: string }) => each.code === code;
  switch (list) {
    case 'attributes':
      return side?.attributes?.find(is)?.label;
    case 'rules':
      return side?.rules?.find(is)?.message;
    case 'projections':
      return side?.projections?.find(is)?.name;
    case 'values':
      return side?.attributes?.flatMap((each) => each.values ?? []).find(is)?.label;
    default:
      return undefined;
  }
}

/** A piece of a definition as text to be compared. */
export function pieceWords(t: Words, difference: DefinitionDifference, side: 'before' | 'after'): string {
  const value = difference[side];
  const last = steps(difference.path).at(-1)?.key ?? '';
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no', { ns: 'common' });
  if (last === 'stages' && Array.isArray(value)) return value.map((each) => stageWords(t, each as StageDefinition)).join('; ');
  if (isOfCodes(difference.path) && Array.isArray(value)) return value.map(wordOf).join(', ');
  if (last === 'access') return t(`access.${ACCESS[String(value)] ?? 'INTERNAL'}`, { ns: 'common' });
  if (last === 'type' && difference.path !== 'type') return typeWords(t, value);
  if (last === 'check') return t(`check.${value === 'warn' ? 'warn' : 'strict'}`);
  if (last === 'on_retire') return t(`onRetire.${value === 'successor' ? 'successor' : 'block'}`);
  return wholeWords(t, value);
}

const isDate = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);

const ACCESS: Record<string, 'PUBLIC' | 'INTERNAL' | 'RESTRICTED'> = {
  public: 'PUBLIC',
  internal: 'INTERNAL',
  restricted: 'RESTRICTED',
};

function typeWords(t: Words, type: unknown): string {
  const name = String(type).toUpperCase() as 'STRING';
  return t(`type.${name}`, { ns: 'common', defaultValue: String(type) });
}

function stageWords(t: Words, stage: StageDefinition): string {
  const who = t(`difference.who.${stage.role}`, { count: stage.quorum ?? 1 });
  return t('difference.stage', { name: localized(stage.name), who });
}

function wordOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return 'code' in value ? String(value.code) : JSON.stringify(value);
}

/** Something that came or went as a whole: its keys and what they say, in the order in which it is written. */
function wholeWords(t: Words, value: unknown): string {
  if (isLabel(value)) return [value.ru, value.en].filter(Boolean).join(' / ');
  if (Array.isArray(value)) return value.map((each: unknown) => wholeWords(t, each)).join(', ');
  if (isDate(value)) return formatDate(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => {
      const name = t(`difference.step.${key as Step}`, { defaultValue: key });
      if (inner === true) return name;
      if (key === 'type') return `${name}: ${typeWords(t, inner)}`;
      return `${name}: ${wholeWords(t, inner)}`;
    })
    .join('; ');
}
