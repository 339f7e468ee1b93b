/** What a grid shows and tells. The library behind it is known to `Grid.tsx` alone. */

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
  choices?: Array<{ value: string; label: string }>;
}

export type GridTone = 'added' | 'changed' | 'retired' | 'annulled';

export interface GridRow {
  id: string;
  /** What stands in the cells, by the ids of columns. */
  cells: Record<string, string>;
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
  load: (from: number, count: number) => Promise<{ rows: GridRow[]; total: number }>;
}

export interface GridSort {
  column: string;
  isDescending: boolean;
}

/** A new value of a cell: typed, pasted or cleared. */
export interface CellEdit {
  row: string;
  column: string;
  value: string;
}

/** What a page can ask of a grid. */
export interface GridHandle {
  /** Shows the row of a place, 0 being the first. */
  jumpTo: (row: number) => void;
  /** Asks for what is shown anew. */
  refresh: () => void;
}
