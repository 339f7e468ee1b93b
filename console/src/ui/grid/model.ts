/** What a grid shows and tells. The library behind it is known to `engine.ts` and what it is made of alone. */

/** One of the values that a cell may have. */
export interface GridChoice {
  value: string;
  label: string;
}

export interface GridColumn {
  id: string;
  title: string;
  /** What the column means, on its header. */
  hint?: string;
  width?: number;
  isEditable?: boolean;
  isSortable?: boolean;
  align?: 'left' | 'right';
  /** Shown in letters of one width. */
  isCode?: boolean;
  kind: 'text' | 'number' | 'date' | 'boolean' | 'choice';
  /** The values of a choice that are few. */
  choices?: GridChoice[];
  /** Finds the values of a choice that are many, by what was typed. */
  findChoices?: (text: string) => Promise<GridChoice[]>;
}

export type GridTone = 'added' | 'changed' | 'retired' | 'annulled';

export interface GridRow {
  id: string;
  /** What stands in the cells, by the ids of columns. Dates as `2024-03-01`, booleans as `true` and `false`. */
  cells: Record<string, string>;
  /** What is shown where that is not the value itself, by the ids of columns. */
  labels?: Record<string, string>;
  tone?: GridTone;
  /** The columns whose cells are marked as changed. */
  changed?: string[];
  /** What is wrong with cells, by the ids of columns. */
  errors?: Record<string, string>;
}

/** Where rows come from, piece by piece. */
export interface GridSource {
  /** Another key: everything is asked anew. */
  key: string;
  load: (from: number, count: number, signal: AbortSignal) => Promise<{ rows: GridRow[]; total: number }>;
}

export interface GridSort {
  column: string;
  isDescending: boolean;
}

/** A new value of a cell: typed, pasted, filled or cleared. */
export interface CellEdit {
  row: string;
  column: string;
  value: string;
}

/** A block of several rows that was pasted, for a page that has its own way with it. */
export interface PastedBlock {
  block: string[][];
  /** The ids of the columns that are shown, from the selected one on. */
  columns: string[];
  /** The ids of the rows from the selected one on, as many as the block has and the grid still has. */
  rows: string[];
}

/** What a page can ask of a grid. */
export interface GridHandle {
  /** Shows the row of a place, 0 being the first, and puts the focus there. */
  jumpTo: (row: number) => void;
  /** Asks anew for some rows by their ids, or for all that are loaded. */
  refresh: (rows?: string[]) => void;
}

export interface GridProps {
  /** What the grid shows, for who cannot see it. */
  label: string;
  columns: GridColumn[];
  source: GridSource;
  sort?: GridSort | undefined;
  onSort?: (sort: GridSort | undefined) => void;
  /** Enter or a double click on what cannot be edited, and the link of the first column. */
  onOpen?: (row: string) => void;
  /** The address that the first column links to. */
  addressOf?: (row: string) => string;
  /** Cells were typed into, pasted over, filled or cleared. The grid shows the new values at once; the page keeps them. */
  onEdit?: (edits: CellEdit[]) => void;
  /** A block of several rows was pasted once; with this the grid itself does nothing about it. */
  onPaste?: (pasted: PastedBlock) => void;
  /** Rows of a pasted block that are beyond the last row. */
  onPasteBeyond?: (rows: string[][], columns: string[]) => void;
  /** Rows are selected by check boxes; all that are, each time. */
  onSelect?: (rows: string[]) => void;
  /** The rows that are selected, where the page rules over that. */
  selected?: readonly string[];
  onCount?: (total: number) => void;
  /** The columns that are not shown. */
  hidden?: string[];
  /** The order of columns as somebody dragged them. */
  onOrder?: (columns: string[]) => void;
  /** Rows could not be loaded; the grid goes on trying for a while. */
  onFail?: (error: unknown) => void;
}
