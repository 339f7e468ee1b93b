import type { GridColumn, PastedBlock } from '@/ui/grid/model';
import { typedValue, type YesNo } from '@/ui/grid/values';

/** A cell of a pasted block: the item by its code, the column, and what is to stand there. */
export interface PastedCell {
  row: string;
  column: string;
  text: string;
}

/** A pasted block, as cells of items. */
export interface Mapped {
  cells: PastedCell[];
  /** Rows that have neither a place in the grid nor a code. */
  lost: number;
  /** Headers of the block that no column has. */
  unknown: string[];
  /** The block began with the titles of columns. */
  hasHeader: boolean;
}

/**
 * Which cells a block means. Its first row may name the columns, in any order; otherwise they are those from the selected cell on. With
 * a column of codes each row is of the item with its code, wherever that stands, and a code that nothing has is a new item; without one
 * the rows are those from the selected row on.
 */
export function mapPasted({ block, columns: covered, rows }: PastedBlock, columns: GridColumn[], words: YesNo): Mapped {
  const [first = [], ...others] = block;
  const named = first.map((title) => columnNamed(columns, title)?.id);
  const titles = first.filter((title) => title.trim() !== '');
  const found = named.filter((id) => id !== undefined);
  const hasHeader = found.length > 0 && (found.length === titles.length || found.length >= 2);
  const order = hasHeader ? named : covered;
  const known = new Map(columns.map((column) => [column.id, column]));
  const codeAt = order.indexOf('code');
  const cells: PastedCell[] = [];
  let lost = 0;
  for (const [at, texts] of (hasHeader ? others : block).entries()) {
    const row = codeAt < 0 ? rows[at] : texts[codeAt]?.trim();
    if (texts.every((text) => text.trim() === '')) continue;
    if (!row) {
      lost += 1;
      continue;
    }
    for (const [place, text] of texts.entries()) {
      const column = known.get(order[place] ?? '');
      if (column?.isEditable) cells.push({ row, column: column.id, text: typedValue(column, text, words) });
    }
  }
  const unknown = hasHeader ? first.filter((title, at) => title.trim() !== '' && named[at] === undefined) : [];
  return { cells, lost, unknown, hasHeader };
}

function columnNamed(columns: GridColumn[], title: string): GridColumn | undefined {
  const wanted = title.trim().toLowerCase();
  return columns.find((column) => column.id.toLowerCase() === wanted || column.title.toLowerCase() === wanted);
}
