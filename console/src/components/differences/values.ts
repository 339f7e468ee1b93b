import i18next from 'i18next';
import { formatCount, formatDate, localized } from '@/ui/format';
import type { AttributeInfo } from './attributes';

/** What an item that is referred to is called. */
export interface Named {
  code: string;
  name?: string | null;
}

/** A text in two languages, if a value is one. */
export function bothLanguages(value: unknown): { ru: string; en: string } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { ru, en } = value as { ru?: unknown; en?: unknown };
  return { ru: typeof ru === 'string' ? ru : '', en: typeof en === 'string' ? en : '' };
}

function one(attribute: AttributeInfo | undefined, value: unknown, names: Named[]): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return i18next.t(value ? 'yes' : 'no', { ns: 'common' });
  if (typeof value === 'object') return localized(bothLanguages(value));
  const text = String(value);
  switch (attribute?.type) {
    case 'INTEGER':
      return typeof value === 'number' ? formatCount(value) : text;
    case 'DATE':
      return formatDate(text);
    case 'ENUM':
      return localized(attribute.values.find((each) => each.code === text)?.label) || text;
    case 'REFERENCE': {
      const name = names.find((each) => each.code === text)?.name;
      return name ? `${name} (${text})` : text;
    }
    default:
      return text;
  }
}

/** A value as people read it: labels of enumerations, names of references, dates as they write them; blank for none. */
export function valueText(attribute: AttributeInfo | undefined, value: unknown, names: Named[] = []): string {
  if (Array.isArray(value)) return value.map((each: unknown) => one(attribute, each, names)).join(', ');
  return one(attribute, value, names);
}
