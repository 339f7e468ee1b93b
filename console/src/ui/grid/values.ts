import { formatDate } from '../format';
import type { GridColumn, GridRow } from './model';

/** The words for what is true and what is not. */
export interface YesNo {
  yes: string;
  no: string;
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** What a cell shows. */
export function shownText(column: GridColumn, row: GridRow, words: YesNo): string {
  const value = row.cells[column.id] ?? '';
  const label = row.labels?.[column.id];
  if (label !== undefined || value === '') return label ?? '';
  if (column.kind === 'date') return DATE.test(value) ? formatDate(value) : value;
  if (column.kind === 'boolean') return value === 'true' ? words.yes : value === 'false' ? words.no : value;
  if (column.kind === 'choice') return column.choices?.find((choice) => choice.value === value)?.label ?? value;
  return value;
}

/** What somebody typed or pasted, as the value of a cell. What is not understood stays, for the service to say what is wrong with it. */
export function typedValue(column: GridColumn, text: string, words: YesNo): string {
  const typed = text.trim();
  if (typed === '') return '';
  if (column.kind === 'date') return typedDate(typed);
  if (column.kind === 'number') return typedNumber(typed);
  if (column.kind === 'boolean') return typedBoolean(typed, words);
  if (column.kind === 'choice') return typedChoice(column, typed);
  return typed;
}

function typedDate(typed: string): string {
  const [, day, month, year] = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(typed) ?? [];
  return day && month && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : typed;
}

/** Spreadsheets write thousands apart and a decimal comma. */
function typedNumber(typed: string): string {
  const plain = typed.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  return /^[+-]?\d+(\.\d+)?$/.test(plain) ? plain : typed;
}

function typedBoolean(typed: string, words: YesNo): string {
  const lower = typed.toLowerCase();
  if ([words.yes, 'да', 'yes', 'true', 'истина', '1'].includes(lower)) return 'true';
  if ([words.no, 'нет', 'no', 'false', 'ложь', '0'].includes(lower)) return 'false';
  return typed;
}

/** A value by itself, by its label, or by the code in brackets that stands behind labels: `Алтайский край (22)`. */
function typedChoice(column: GridColumn, typed: string): string {
  const lower = typed.toLowerCase();
  const found = column.choices?.find(({ value, label }) => value === typed || label.toLowerCase() === lower);
  if (found) return found.value;
  return /\(([^()\s]+)\)$/.exec(typed)?.[1] ?? typed;
}
