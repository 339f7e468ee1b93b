import type { ItemEditInput } from '@/api/gql/graphql';
import type { Refusal } from '@/api/refusals';
import type { Attribute } from '../dictionary/shape';
import type { Outbox, TypedRow } from './outbox';
import { parse, type Values } from './values';

/** How many items one mutation may edit. */
export const EDITS_MAX = 1000;

/** What came of saving: the new revision, or why nothing was done. */
export interface Saved {
  revision: number | undefined;
  refusals: Refusal[];
}

/** A row that was typed into, as an edit; `undefined` while something in it cannot be read, or a new item has no code. */
export function editOf(
  dictionary: string,
  code: string,
  typed: TypedRow,
  on: string,
  attributes: Map<string, Attribute>,
  before: Values | undefined,
): ItemEditInput | undefined {
  const values: Values = {};
  let parent: string | null | undefined;
  for (const [column, { text }] of Object.entries(typed.cells)) {
    if (column === 'parent') parent = /\(([^()]+)\)$/.exec(text)?.[1] ?? (text.trim() || null);
    const attribute = attributes.get(column);
    if (!attribute) continue;
    const parsed = parse(attribute, text, before?.[column]);
    if ('problem' in parsed) return undefined;
    values[column] = parsed.value;
  }
  const common = { dictionary, code, validFrom: on, attributes: values, ...(parent === undefined ? {} : { parent }) };
  return typed.isNew ? { add: common } : { update: common };
}

/** What can be sent of an outbox: rows that can be read and were not refused, at most as many as one mutation takes. */
export function sendable(
  dictionary: string,
  outbox: Outbox,
  attributes: Map<string, Attribute>,
  before: (code: string) => Values | undefined,
  isRefused: (code: string) => boolean,
): { rows: Outbox['rows']; edits: ItemEditInput[] } {
  const rows: Outbox['rows'] = {};
  const edits: ItemEditInput[] = [];
  for (const [code, typed] of Object.entries(outbox.rows)) {
    if (edits.length === EDITS_MAX) break;
    const edit = isRefused(code) ? undefined : editOf(dictionary, code, typed, outbox.on, attributes, before(code));
    if (!edit) continue;
    rows[code] = typed;
    edits.push(edit);
  }
  return { rows, edits };
}
