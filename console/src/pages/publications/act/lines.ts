import type { TFunction } from 'i18next';
import type { AttributeInfo } from '@/components/differences/attributes';
import type { DifferenceSaid } from '@/components/differences/DifferenceList';
import { bothLanguages, valueText, type Named } from '@/components/differences/values';
import { formatDate, localized } from '@/ui/format';

/** A row of an act. */
export interface ActLine {
  /** What changed: the label of an attribute, or what became of the item. */
  what: string;
  before: string;
  after: string;
  /** The first day on which it holds; null: since ever. */
  from: string | null;
  /** The first day on which it holds no more; null: for ever. */
  until: string | null;
}

type Texts = TFunction<['publication', 'differences', 'common']>;

/** A value on paper: both languages, since a printed act serves both. */
function written(attribute: AttributeInfo | undefined, value: unknown, names: Named[]): string {
  const both = bothLanguages(value);
  if (both) return [both.ru, both.en].filter(Boolean).join(' / ');
  return valueText(attribute, value, names);
}

function whole(attributes: AttributeInfo[], value: unknown, names: Named[]): string {
  const said = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return attributes
    .filter(({ code }) => said[code] !== undefined && said[code] !== null)
    .map((attribute) => `${localized(attribute.label) || attribute.code}: ${written(attribute, said[attribute.code], names)}`)
    .join('; ');
}

function retirement(t: Texts, said: unknown): string {
  if (typeof said !== 'object' || said === null) return '';
  const { reason, successors } = said as { reason?: string; successors?: string[] };
  const after = successors?.length ? t('act.successors', { count: successors.length, codes: successors.join(', ') }) : '';
  return [reason, after].filter(Boolean).join('. ');
}

function parentText(value: unknown, names: Named[]): string {
  const known = names.find(({ code }) => code === value)?.name;
  if (known) return `${known} (${String(value)})`;
  return typeof value === 'string' ? value : '';
}

function lineOf(t: Texts, attributes: AttributeInfo[], names: Named[], difference: DifferenceSaid): ActLine {
  const { subject, before, after, beforeNames, afterNames, validFrom, validTo } = difference;
  const period = { from: validFrom ?? null, until: validTo ?? null };
  switch (subject) {
    case 'EXISTENCE':
      return after === null || after === undefined
        ? { what: t('act.gone'), before: whole(attributes, before, names), after: '', ...period }
        : { what: t('act.came'), before: '', after: whole(attributes, after, names), ...period };
    case 'RETIREMENT':
      return {
        what: t('retirement', { ns: 'differences' }),
        before: retirement(t, before) || t('act.wasValid'),
        after: retirement(t, after) || t('retirementTakenBack', { ns: 'differences' }),
        from: validTo ?? null,
        until: null,
      };
    case 'PARENT':
      return {
        what: t('parent', { ns: 'differences' }),
        before: parentText(before, beforeNames),
        after: parentText(after, afterNames),
        ...period,
      };
    default: {
      const attribute = attributes.find(({ code }) => code === difference.attribute);
      return {
        what: localized(attribute?.label) || (difference.attribute ?? ''),
        before: written(attribute, before, beforeNames),
        after: written(attribute, after, afterNames),
        ...period,
      };
    }
  }
}

/** The rows of one item; of what came or went whole, references are named by `names`. That an item is not there after its end says nothing that its retirement does not say. */
export function linesOf(t: Texts, attributes: AttributeInfo[], names: Named[], differences: DifferenceSaid[]): ActLine[] {
  const isRetired = differences.some(({ subject, after }) => subject === 'RETIREMENT' && after);
  return differences
    .filter(({ subject, after }) => !(isRetired && subject === 'EXISTENCE' && !after))
    .map((difference) => lineOf(t, attributes, names, difference));
}

/** Since when a row holds, for the narrow column of a table. */
export function sinceText(t: Texts, { from, until }: ActLine): string {
  if (from && until) return t('act.between', { from: formatDate(from), until: formatDate(until) });
  if (from) return formatDate(from);
  if (until) return t('time.until', { ns: 'common', date: formatDate(until) });
  return t('act.always');
}
