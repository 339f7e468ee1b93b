/**
 * What was typed and is not in the request yet. It lies in the browser's storage until the service has it, so that neither a
 * reload nor an ended session nor a lost connection loses a letter.
 */

/** A cell that was typed into: what stands there now, and what stood there when it was begun. */
export interface TypedCell {
  text: string;
  seen: string;
}

/** What was typed of one item. */
export interface TypedRow {
  isNew: boolean;
  cells: Record<string, TypedCell>;
}

export interface Outbox {
  /** From which date the edits hold. */
  on: string;
  rows: Record<string, TypedRow>;
}

/** One edit of one cell; `seen` is what it replaced. */
export interface TypedEdit {
  row: string;
  column: string;
  text: string;
  seen: string;
}

/** With some edits more. What is typed back to what was there is no edit any more; a new item keeps its blank cells. */
export function withEdits(outbox: Outbox, edits: TypedEdit[], isNew: (row: string) => boolean): Outbox {
  const rows = { ...outbox.rows };
  for (const { row, column, text, seen } of edits) {
    const known = rows[row] ?? { isNew: isNew(row), cells: {} };
    const first = known.cells[column]?.seen ?? seen;
    const { [column]: _, ...others } = known.cells;
    const cells = text === first && !known.isNew ? others : { ...others, [column]: { text, seen: first } };
    // A new item of which nothing is left was never begun.
    const isBlank = known.isNew && Object.values(cells).every((cell) => cell.text === '');
    if (Object.keys(cells).length === 0 || isBlank) delete rows[row];
    else rows[row] = { ...known, cells };
  }
  return { ...outbox, rows };
}

/** Without what was saved; what was typed meanwhile stays, and was begun from what is saved now. */
export function withoutSaved(outbox: Outbox, saved: Outbox['rows']): Outbox {
  const rows: Outbox['rows'] = {};
  for (const [code, row] of Object.entries(outbox.rows)) {
    const sent = saved[code]?.cells ?? {};
    const kept = Object.entries(row.cells).filter(([column, cell]) => sent[column]?.text !== cell.text);
    const cells = kept.map(([column, cell]) => [column, { text: cell.text, seen: sent[column]?.text ?? cell.seen }] as const);
    if (cells.length > 0) rows[code] = { isNew: row.isNew && !saved[code], cells: Object.fromEntries(cells) };
  }
  return { ...outbox, rows };
}

/** A cell that I and somebody else changed to different ends. */
export interface Collision {
  row: string;
  column: string;
  mine: string;
  theirs: string;
}

/** What others changed of the cells that I typed into: `now` gives what stands there now. */
export function collisions(rows: Outbox['rows'], now: (row: string, column: string) => string | undefined): Collision[] {
  return Object.entries(rows).flatMap(([row, { isNew, cells }]) =>
    Object.entries(cells).flatMap(([column, cell]) => {
      const theirs = now(row, column);
      const isMet = !isNew && theirs !== undefined && theirs !== cell.seen && theirs !== cell.text;
      return isMet ? [{ row, column, mine: cell.text, theirs }] : [];
    }),
  );
}

/** The edits after the choices: theirs are dropped, mine begin from what others wrote. */
export function settled(outbox: Outbox, all: Collision[], takesMine: (collision: Collision) => boolean): Outbox {
  const rows = structuredClone(outbox.rows);
  for (const collision of all) {
    const row = rows[collision.row];
    if (!row) continue;
    if (takesMine(collision)) row.cells[collision.column] = { text: collision.mine, seen: collision.theirs };
    else delete row.cells[collision.column];
    if (Object.keys(row.cells).length === 0) delete rows[collision.row];
  }
  return { ...outbox, rows };
}

export function countOf(outbox: Outbox): number {
  return Object.values(outbox.rows).reduce((count, row) => count + Object.keys(row.cells).length, 0);
}

/** Where an outbox lies: of one person, request and dictionary. */
export function storageKey(person: string, request: string, dictionary: string): string {
  return `svod.outbox.${person}.${request}.${dictionary}`;
}

export function isEmpty(outbox: Outbox): boolean {
  return Object.keys(outbox.rows).length === 0;
}

export function stored(key: string, on: string): Outbox {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Outbox | null;
    if (kept && typeof kept.on === 'string' && typeof kept.rows === 'object') return kept;
  } catch {
    // What cannot be read was not written by us.
  }
  return { on, rows: {} };
}

export function store(key: string, outbox: Outbox): void {
  try {
    if (isEmpty(outbox)) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(outbox));
  } catch {
    // A paste of very many rows may be more than a browser keeps: it is held in memory alone, for the moments until it is saved.
  }
}
