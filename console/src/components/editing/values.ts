import { language } from '@/i18n';
import type { Attribute } from '../dictionary/shape';

/** Values of an item by the codes of attributes, as the management API has them. */
export type Values = Record<string, unknown>;

/** A text in two languages. */
interface Localized {
  ru?: string | null;
  en?: string | null;
}

/** What is wrong with what was typed: a key of the texts `editing.problem`, and what it is about. */
export interface Problem {
  key: 'required' | 'integer' | 'decimal' | 'date' | 'boolean' | 'choice' | 'short' | 'long' | 'small' | 'great' | 'pattern';
  bound?: string;
}

/** What was typed into a cell or a field: a value for the API, or what is wrong with it. */
export type Parsed = { value: unknown } | { problem: Problem };

const YES = new Set(['true', 'да', 'yes', '1', '+']);
const NO = new Set(['false', 'нет', 'no', '0', '-']);

/** A value as the text that somebody edits: codes of references and choices, dates as `2024-03-01`, lists with commas. */
export function textOf(attribute: Attribute, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((each) => textOf({ ...attribute, list: false }, each)).join(', ');
  if (attribute.localized && typeof value === 'object') {
    const { ru, en } = value as Localized;
    return (language() === 'en' ? (en ?? ru) : (ru ?? en)) ?? '';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What was typed, as a value. `before` is the value that it replaces: the other language of a localised text stays. */
export function parse(attribute: Attribute, text: string, before?: unknown): Parsed {
  const trimmed = text.trim();
  if (trimmed === '') return attribute.required ? { problem: { key: 'required' } } : { value: null };
  if (!attribute.list) return parseOne(attribute, trimmed, before);
  const values: unknown[] = [];
  for (const part of trimmed.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const parsed = parseOne(attribute, part, undefined);
    if ('problem' in parsed) return parsed;
    values.push(parsed.value);
  }
  return { value: values };
}

function parseOne(attribute: Attribute, text: string, before: unknown): Parsed {
  switch (attribute.type) {
    case 'INTEGER':
      return /^[+-]?\d{1,16}$/.test(text.replace(/\s/g, ''))
        ? bounded(attribute, text.replace(/\s/g, ''))
        : { problem: { key: 'integer' } };
    case 'DECIMAL': {
      const number = text.replace(/\s/g, '').replace(',', '.');
      return /^[+-]?\d+(\.\d+)?$/.test(number) ? bounded(attribute, number) : { problem: { key: 'decimal' } };
    }
    case 'DATE': {
      const date = isoDate(text);
      return date ? bounded(attribute, date) : { problem: { key: 'date' } };
    }
    case 'BOOLEAN':
      if (YES.has(text.toLowerCase())) return { value: true };
      return NO.has(text.toLowerCase()) ? { value: false } : { problem: { key: 'boolean' } };
    case 'ENUM': {
      const wanted = text.toLowerCase();
      const found = attribute.values.find(({ code, label }) =>
        [code, label.ru, label.en ?? code].some((name) => name.toLowerCase() === wanted),
      );
      return found ? { value: found.code } : { problem: { key: 'choice' } };
    }
    case 'REFERENCE':
      // «Алтайский край (01)», as a cell shows it, is the code in the parentheses.
      return { value: /\(([^()]+)\)$/.exec(text)?.[1] ?? text };
    default:
      return limited(attribute, text, before);
  }
}

/** `01.03.2024` and `2024-03-01`, and no day that is not in the calendar. */
export function isoDate(text: string): string | null {
  const russian = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  const iso = russian ? `${russian[3]}-${russian[2]?.padStart(2, '0')}-${russian[1]?.padStart(2, '0')}` : text;
  if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return null;
  const day = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(iso) ? iso : null;
}

function bounded(attribute: Attribute, value: string): Parsed {
  const order = (a: string, b: string) => (attribute.type === 'DATE' ? a.localeCompare(b) : Number(a) - Number(b));
  if (attribute.min && order(value, attribute.min) < 0) return { problem: { key: 'small', bound: attribute.min } };
  if (attribute.max && order(value, attribute.max) > 0) return { problem: { key: 'great', bound: attribute.max } };
  return { value: attribute.type === 'INTEGER' ? Number(value) : value };
}

function limited(attribute: Attribute, text: string, before: unknown): Parsed {
  const { length } = [...text];
  if (attribute.lengthMin && length < attribute.lengthMin)
    return { problem: { key: 'short', bound: String(attribute.lengthMin) } };
  if (attribute.lengthMax && length > attribute.lengthMax)
    return { problem: { key: 'long', bound: String(attribute.lengthMax) } };
  if (attribute.pattern && !matches(attribute.pattern, text)) return { problem: { key: 'pattern', bound: attribute.pattern } };
  if (!attribute.localized) return { value: text };
  const old = typeof before === 'object' && before !== null ? (before as Localized) : {};
  return { value: language() === 'en' ? { ...old, en: text } : { ...old, ru: text } };
}

/** Whether a code cannot be one of a dictionary. */
export function codeProblem(code: string, pattern: string | null | undefined): boolean {
  return pattern ? !matches(pattern, code) : false;
}

/** The service has the last word: an expression that browsers do not know is not held against anybody here. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern.replace(/^\^|\$$/g, '')})$`, 'u').test(text);
  } catch {
    return true;
  }
}
