import type { GridApi } from 'ag-grid-community';
import { parseBlock, pastedSize, writeBlock } from './blocks';
import { CellRange } from './CellRange';
import type { GridWords } from './columns';
import type { Selecting } from './Selecting';
import type { CellEdit, GridColumn, GridProps, GridRow } from './model';
import { shownText, typedValue } from './values';

/** How many rows are copied, cleared or filled at once: more than anybody means to. */
const ROWS_MAX = 20_000;

interface ClippingContext {
  props: () => GridProps;
  words: () => GridWords;
  selecting: Selecting;
  api: () => GridApi<GridRow>;
  rowsAt: (from: number, count: number) => Promise<GridRow[]>;
  edit: (edits: CellEdit[]) => void;
}

/** Copies, pastes, clears and fills the selected cells. */
export class Clipping {
  constructor(
    private readonly root: HTMLElement,
    private readonly context: ClippingContext,
  ) {
    root.addEventListener('copy', this.onCopy);
    root.addEventListener('cut', this.onCut);
    root.addEventListener('paste', this.onPaste);
  }

  destroy(): void {
    this.root.removeEventListener('copy', this.onCopy);
    this.root.removeEventListener('cut', this.onCut);
    this.root.removeEventListener('paste', this.onPaste);
  }

  /** Empties the selected cells that can be edited. */
  clear(): void {
    void this.change(() => '');
  }

  /** Gives every selected cell the value of the first one of its column. */
  fillDown(): void {
    void this.change((column, _row, first) => first.cells[column.id] ?? '');
  }

  private async change(make: (column: GridColumn, row: GridRow, first: GridRow) => string): Promise<void> {
    const range = this.context.selecting.current();
    if (!range || !this.context.props().onEdit) return;
    const rows = await this.context.rowsAt(range.top, Math.min(range.height, ROWS_MAX));
    const [first] = rows;
    if (!first) return;
    const columns = this.columns(range.left, range.width).filter((column) => column?.isEditable);
    const edits = rows.flatMap((row) =>
      columns.flatMap((column) => (column ? edited(row, column, make(column, row, first)) : [])),
    );
    this.context.edit(edits);
  }

  private columns(from: number, count: number): Array<GridColumn | undefined> {
    const known = new Map(this.context.props().columns.map((column) => [column.id, column]));
    return this.context.selecting
      .columns()
      .slice(from, from + count)
      .map((id) => known.get(id));
  }

  private readonly onCopy = (event: ClipboardEvent): void => {
    const range = this.context.selecting.current();
    if (!range || isTyping(event)) return;
    event.preventDefault();
    const columns = this.columns(range.left, range.width);
    const text = (rows: GridRow[]) =>
      writeBlock(rows.map((row) => columns.map((column) => (column ? shownText(column, row, this.context.words()) : ''))));
    const height = Math.min(range.height, ROWS_MAX);
    const loaded = Array.from(
      { length: height },
      (_, index) => this.context.api().getDisplayedRowAtIndex(range.top + index)?.data,
    );
    const rows = loaded.filter((row) => row !== undefined);
    if (rows.length === height) event.clipboardData?.setData('text/plain', text(rows));
    else void this.context.rowsAt(range.top, height).then((all) => navigator.clipboard?.writeText(text(all)));
  };

  private readonly onCut = (event: ClipboardEvent): void => {
    if (isTyping(event)) return;
    this.onCopy(event);
    this.clear();
  };

  private readonly onPaste = (event: ClipboardEvent): void => {
    const range = this.context.selecting.current();
    if (!range || isTyping(event) || !this.context.props().onEdit) return;
    event.preventDefault();
    void this.paste(range, parseBlock(event.clipboardData?.getData('text/plain') ?? ''));
  };

  private async paste(range: CellRange, block: string[][]): Promise<void> {
    if (block.length === 0) return;
    const size = pastedSize(block, range.height, range.width);
    const columns = this.columns(range.left, size.columns);
    const inside = Math.max(0, Math.min(size.rows, this.context.api().getDisplayedRowCount() - range.top));
    const rows = inside > 0 ? await this.context.rowsAt(range.top, inside) : [];
    const { onPaste } = this.context.props();
    if (onPaste && block.length > 1 && size.rows === block.length) {
      onPaste({ block, columns: this.context.selecting.columns().slice(range.left), rows: rows.map((row) => row.id) });
      return;
    }
    const cell = (row: number, column: number) => {
      const pasted = block[row % block.length] ?? [];
      return pasted[column % Math.max(1, ...block.map((each) => each.length))];
    };
    const words = this.context.words();
    const edits = rows.flatMap((row, at) =>
      columns.flatMap((column, place) => {
        const text = cell(at, place);
        return column?.isEditable && text !== undefined ? edited(row, column, typedValue(column, text, words)) : [];
      }),
    );
    const last = { row: range.top + Math.max(1, size.rows) - 1, column: range.left + columns.length - 1 };
    this.context.selecting.select(new CellRange({ row: range.top, column: range.left }, last));
    this.context.edit(edits);
    const beyond = block.slice(inside);
    if (size.rows === block.length && beyond.length > 0) this.context.props().onPasteBeyond?.(...this.beyond(beyond, columns));
  }

  private beyond(block: string[][], columns: Array<GridColumn | undefined>): [string[][], string[]] {
    const known = columns.filter((column) => column !== undefined);
    const words = this.context.words();
    const rows = block.map((row) => known.map((column, place) => typedValue(column, row[place] ?? '', words)));
    return [rows, known.map((column) => column.id)];
  }
}

function edited(row: GridRow, column: GridColumn, value: string): CellEdit[] {
  return value === (row.cells[column.id] ?? '') ? [] : [{ row: row.id, column: column.id, value }];
}

function isTyping(event: Event): boolean {
  return event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
}
