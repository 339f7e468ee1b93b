import type { GridApi } from 'ag-grid-community';
import { CellRange, type Place } from './CellRange';
import { CHECKS } from './columns';
import type { GridRow } from './model';
import classes from './Grid.module.css';

const MARKS = {
  selected: classes['selected'] ?? '',
  top: classes['top'] ?? '',
  bottom: classes['bottom'] ?? '',
  left: classes['left'] ?? '',
  right: classes['rightEdge'] ?? '',
};
const ALL_MARKS = Object.values(MARKS);

/** The range of cells that is selected in a grid: by the mouse, by Shift and arrows, and drawn over the cells. */
export class Selecting {
  private range: CellRange | undefined;
  private isDragging = false;
  private columnPlaces = new Map<string, number>();

  constructor(
    private readonly root: HTMLElement,
    private readonly api: () => GridApi<GridRow>,
  ) {
    root.addEventListener('mousedown', this.onPress, true);
    root.addEventListener('pointerdown', this.onShift, true);
    root.addEventListener('click', this.onShift, true);
    root.addEventListener('mouseover', this.onOver);
    addEventListener('mouseup', this.onRelease);
  }

  destroy(): void {
    this.root.removeEventListener('mousedown', this.onPress, true);
    this.root.removeEventListener('pointerdown', this.onShift, true);
    this.root.removeEventListener('click', this.onShift, true);
    this.root.removeEventListener('mouseover', this.onOver);
    removeEventListener('mouseup', this.onRelease);
  }

  current(): CellRange | undefined {
    return this.range;
  }

  /** The columns that are shown, in their order, without that of check boxes. */
  columns(): string[] {
    const shown = this.api().getAllDisplayedColumns();
    return shown.map((column) => column.getColId()).filter((id) => id !== CHECKS);
  }

  /** Columns came, went or moved. */
  columnsChanged(): void {
    this.columnPlaces = new Map(this.columns().map((id, place) => [id, place]));
    this.draw();
  }

  select(range: CellRange | undefined): void {
    this.range = range;
    this.draw();
  }

  /** The focus came to a cell: that cell is what is selected, unless it is being dragged. */
  focused(row: number, column: string): void {
    const place = this.place(row, column);
    if (!place) return;
    if (this.range && this.range.anchor.row === place.row && this.range.anchor.column === place.column) return;
    this.select(new CellRange(place));
  }

  /** Moves the head of the selection; whether there was one to move. */
  extend(rows: number, columns: number): boolean {
    if (!this.range) return false;
    const { head } = this.range;
    const last = { row: this.api().getDisplayedRowCount() - 1, column: this.columns().length - 1 };
    const next = { row: limited(head.row + rows, last.row), column: limited(head.column + columns, last.column) };
    this.select(this.range.to(next));
    this.api().ensureIndexVisible(next.row);
    const column = this.columns()[next.column];
    if (column) this.api().ensureColumnVisible(column);
    return true;
  }

  selectAll(): void {
    const rows = this.api().getDisplayedRowCount();
    if (rows > 0) this.select(new CellRange({ row: 0, column: 0 }, { row: rows - 1, column: this.columns().length - 1 }));
  }

  /** The classes by which a cell is marked as selected: none where one cell is, which the focus shows. */
  marksAt = (row: number, column: string): string[] => {
    const { range } = this;
    if (!range || range.isOne) return [];
    const place = this.place(row, column);
    if (!place || !range.has(place)) return [];
    const sides = [
      row === range.top && MARKS.top,
      row === range.bottom && MARKS.bottom,
      place.column === range.left && MARKS.left,
      place.column === range.right && MARKS.right,
    ];
    return [MARKS.selected, ...sides.filter((side) => side !== false)];
  };

  private draw(): void {
    for (const cell of this.root.querySelectorAll<HTMLElement>('.ag-cell[col-id]')) {
      const row = Number(cell.closest('[row-index]')?.getAttribute('row-index'));
      const marks = this.marksAt(row, cell.getAttribute('col-id') ?? '');
      for (const mark of ALL_MARKS) cell.classList.toggle(mark, marks.includes(mark));
    }
  }

  private place(row: number, column: string): Place | undefined {
    const place = this.columnPlaces.get(column);
    return place === undefined || row < 0 ? undefined : { row, column: place };
  }

  private placeOf(target: EventTarget | null): Place | undefined {
    if (!(target instanceof Element) || target.closest('.ag-cell-inline-editing, .ag-popup')) return undefined;
    const cell = target.closest('.ag-cell[col-id]');
    const row = cell?.closest('[row-index]');
    if (!cell || !row) return undefined;
    return this.place(Number(row.getAttribute('row-index')), cell.getAttribute('col-id') ?? '');
  }

  private readonly onPress = (event: MouseEvent): void => {
    if (event.button !== 0) return;
    const place = this.placeOf(event.target);
    if (!place) return;
    if (event.shiftKey && this.range) {
      this.onShift(event);
      this.select(this.range.to(place));
    } else {
      this.isDragging = true;
      this.select(new CellRange(place));
    }
  };

  /** With Shift the library would move the focus, and with it the anchor. */
  private readonly onShift = (event: MouseEvent): void => {
    if (!event.shiftKey || event.button !== 0 || !this.range || !this.placeOf(event.target)) return;
    // A press of the pointer that is prevented brings no press of the mouse.
    if (event.type !== 'pointerdown') event.preventDefault();
    event.stopPropagation();
  };

  private readonly onOver = (event: MouseEvent): void => {
    if (!this.isDragging || !this.range) return;
    const place = this.placeOf(event.target);
    if (!place || (place.row === this.range.head.row && place.column === this.range.head.column)) return;
    this.select(this.range.to(place));
    this.api().ensureIndexVisible(place.row);
  };

  private readonly onRelease = (): void => {
    this.isDragging = false;
  };
}

const limited = (value: number, last: number): number => Math.max(0, Math.min(last, value));
