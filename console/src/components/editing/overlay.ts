import type { GridRow, GridTone } from '@/ui/grid/model';
import type { Attribute, Shape } from '../dictionary/shape';
import type { EditingState } from './EditingSession';
import type { TypedRow } from './outbox';
import type { Refusal } from '@/api/refusals';
import type { ChangedItem, RequestItems } from './requestItems';
import { versionOn } from './versions';
import { parse, textOf, type Problem, type Values } from './values';

/** How problems are worded. */
export type Wording = (wrong: Problem | Refusal) => string;

const TONES: Partial<Record<ChangedItem['kind'], GridTone>> = {
  ADDED: 'added',
  RETIRED: 'retired',
  ANNULLED: 'annulled',
  RESTORED: 'added',
};

/** A published row as the request would have it on a date: other texts, marked; or ended. */
export function overlaid(shape: Shape, row: GridRow, change: ChangedItem | undefined, on: string): GridRow {
  if (!change) return row;
  const tone = TONES[change.kind];
  const after = versionOn(change.after, on);
  if (!after) return { ...row, tone: tone ?? 'retired' };
  const values = after.attributes as Values;
  const cells: Record<string, string> = { ...row.cells, validFrom: after.validFrom ?? '', validTo: after.validTo ?? '' };
  const labels = { ...row.labels };
  const changed: string[] = [];
  const put = (column: string, text: string) => {
    if (cells[column] !== text) {
      changed.push(column);
      cells[column] = text;
      delete labels[column];
    }
  };
  for (const attribute of shape.attributes) put(attribute.code, textOf(attribute, values[attribute.code]));
  if (shape.isHierarchical) put('parent', after.parentCode ?? '');
  return { ...row, cells, labels, ...(tone ? { tone } : {}), changed: change.kind === 'ADDED' ? [] : changed };
}

/** An item that the request adds, or one that is not published on the date, as a row. */
export function rowOfChange(shape: Shape, change: ChangedItem, on: string): GridRow {
  const version = versionOn(change.after, on) ?? change.after[0] ?? change.before.at(-1);
  const values = (version?.attributes ?? {}) as Values;
  const cells: Record<string, string> = {
    code: change.code,
    validFrom: version?.validFrom ?? '',
    validTo: version?.validTo ?? '',
  };
  for (const attribute of shape.attributes) cells[attribute.code] = textOf(attribute, values[attribute.code]);
  if (shape.isHierarchical) cells['parent'] = version?.parentCode ?? '';
  const tone = TONES[change.kind];
  return { id: change.code, cells, ...(tone ? { tone } : {}) };
}

/** A row with what was typed and is not saved, and what is wrong with it: by the definition as one types, by the service after that. */
export function typedOver(
  row: GridRow,
  typed: TypedRow | undefined,
  violations: RequestItems['violations'],
  refused: RequestItems['violations'],
  wording: Wording,
  attributes: Map<string, Attribute>,
): GridRow {
  const errors: Record<string, string> = { ...row.errors };
  const put = (all: RequestItems['violations']) => {
    for (const [attribute, refusal] of all.get(row.id) ?? []) errors[attribute === '' ? 'code' : attribute] = wording(refusal);
  };
  put(violations);
  if (!typed) return Object.keys(errors).length > 0 ? { ...row, errors } : row;
  const cells = { ...row.cells };
  const labels = { ...row.labels };
  const changed = new Set(row.changed);
  for (const [column, { text }] of Object.entries(typed.cells)) {
    cells[column] = text;
    delete labels[column];
    delete errors[column];
    changed.add(column);
    const attribute = attributes.get(column);
    const parsed = attribute && parse(attribute, text);
    if (parsed && 'problem' in parsed) errors[column] = wording(parsed.problem);
  }
  put(refused);
  return { ...row, cells, labels, changed: [...changed], errors, ...(typed.isNew ? { tone: 'added' as const } : {}) };
}

/** How many typed rows wait until what is wrong in them is mended. */
export function stuckRows(
  { outbox, refused }: Pick<EditingState, 'outbox' | 'refused'>,
  attributes: Map<string, Attribute>,
): number {
  const nothing = { items: undefined, refused, outbox };
  return [...wrongItems(nothing, attributes)].filter((code) => outbox.rows[code]).length;
}

/** The items that cannot be saved or published as they are: by the definition, by the service, or refused. */
export function wrongItems(
  state: Pick<EditingState, 'outbox' | 'items' | 'refused'>,
  attributes: Map<string, Attribute>,
): Set<string> {
  const wrong = new Set([...(state.items?.violations.keys() ?? []), ...state.refused.keys()]);
  for (const [code, { cells }] of Object.entries(state.outbox.rows)) {
    const isWrong = Object.entries(cells).some(([column, { text }]) => {
      const attribute = attributes.get(column);
      return attribute !== undefined && 'problem' in parse(attribute, text);
    });
    if (isWrong) wrong.add(code);
  }
  return wrong;
}
