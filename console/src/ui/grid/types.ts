import type { Ref } from 'react';

/** One of the values that a cell may have. */
export interface GridChoice {
  value: string;
  label: string;
}

/** A column of the grid. */
export interface GridColumn {
  id: string;
  title: string;
  /** What the column means, for whoever points at its title. */
  hint?: string;
  width?: number;
  isEditable?: boolean;
  isSortable?: boolean;
  align?: 'left' | 'right';
  /** Shown in a type whose letters are of one width. */
  isCode?: boolean;
  kind: 'text' | 'number' | 'date' | 'boolean' | 'choice';
  /** The values of a choice that are few. */
  choices?: GridChoice[];
  /** Finds the values of a choice that are many, by what was typed. */
  findChoices?: (text: string) => Promise<GridChoice[]>;
}

export type GridTone = 'added' | 'changed' | 'retired' | 'annulled';

/** A row of the grid. */
export interface GridRow {
  id: string;
  /** By column: what is edited, copied and pasted. Dates as `2024-03-01`, booleans as `true` and `false`. */
  cells: Record<string, string>;
  /** By column: what is shown where that is not the value itself. */
  labels?: Record<string, string>;
  tone?: GridTone;
  /** The columns to mark as changed. */
  changed?: string[];
  /** What is wrong, by column. */
  errors?: Record<string, string>;
}

/** Where rows come from, a piece at a time. */
export interface GridSource {
  /** Under a new key everything is asked for anew. */
  key: string;
  count: number | undefined;
  load: (from: number, count: number, signal: AbortSignal) => Promise<GridRow[]>;
}

/** What somebody made of one cell. */
export interface CellEdit {
  row: string;
  column: string;
  value: string;
}

export interface GridSort {
  column: string;
  isDescending: boolean;
}

/** What a page can do with a grid that is there. */
export interface GridHandle {
  /** Shows a row, by its place from nought, and puts the focus there. */
  jumpTo: (row: number) => void;
  /** Asks anew for some rows by their ids, or for all that are loaded; the grid stays where it is. */
  refresh: (rows?: string[]) => void;
}

export interface GridProps {
  /** What the grid lists, for those who do not see it. */
  label: string;
  columns: GridColumn[];
  source: GridSource;
  sort?: GridSort | null;
  onSort?: (sort: GridSort | null) => void;
  /** Enter or double click on what cannot be edited, and the link in the first column. */
  onOpen?: (row: GridRow) => void;
  /** The address that the first column links to. */
  addressOf?: (row: GridRow) => string;
  /** Typed, pasted, cleared or filled. The grid shows the new values at once. */
  onEdit?: (edits: CellEdit[]) => void;
  /** What of a pasted block lies below the last row; its columns are those named. */
  onPasteBeyond?: (rows: string[][], columns: string[]) => void;
  selectedRows?: ReadonlySet<string>;
  onSelectRows?: (rows: ReadonlySet<string>) => void;
  /** The columns that are not shown. */
  hidden?: readonly string[];
  /** The order of columns as somebody drags them. */
  onOrder?: (columns: string[]) => void;
  /** Rows could not be loaded; the grid tries again by itself. */
  onFail?: (error: unknown) => void;
  ref?: Ref<GridHandle>;
}
