import type { TFunction } from 'i18next';
import { language } from '@/i18n';
import { formatDate } from './format';

/** A value of an attribute as text: both languages of a localised one where they differ from what is asked, lists with commas. */
export function valueText(t: TFunction, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no', { ns: 'common' });
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\d$/.test(value) ? formatDate(value) : value;
  if (Array.isArray(value)) return value.map((each) => valueText(t, each)).join(', ');
  const { ru, en } = value as { ru?: string; en?: string };
  if (ru === undefined && en === undefined) return JSON.stringify(value);
  const [own, other] = language() === 'en' ? [en, ru] : [ru, en];
  return [own, other].filter(Boolean).join(' / ');
}
