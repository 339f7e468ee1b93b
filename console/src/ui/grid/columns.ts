import type {
  CellRendererSelectorResult,
  ColDef,
  ICellRendererComp,
  ICellRendererParams,
  SuppressKeyboardEventParams,
} from 'ag-grid-community';
import { ChoiceEditor } from './ChoiceEditor';
import type { GridColumn, GridProps, GridRow } from './model';
import { shownText, typedValue } from './values';
import classes from './Grid.module.css';

/** The words of the grid itself, in the language of whoever looks. */
export interface GridWords {
  yes: string;
  no: string;
  none: string;
  nothing: string;
  select: (row: string) => string;
  selectColumn: string;
}

/** The column of check boxes. */
export const CHECKS = 'svod-checks';

/** What columns need of the grid that they are in. */
export interface ColumnContext {
  props: () => GridProps;
  words: () => GridWords;
  /** The classes by which a cell is marked as selected. */
  marksAt: (row: number, column: string) => string[];
  onKey: (params: SuppressKeyboardEventParams<GridRow, string>) => boolean;
  onTyped: (row: GridRow, column: GridColumn, value: string) => void;
  isChecked: (row: string) => boolean;
  onCheck: (row: GridRow, isChecked: boolean, isWithShift: boolean) => void;
}

const WIDTH = 170;
const className = (name: string): string => classes[name] ?? '';

/** Our columns as the library wants them. */
export function columnDefinitions(context: ColumnContext): Array<ColDef<GridRow, string>> {
  const { columns, hidden = [], onSelect } = context.props();
  const shown = columns.map((column, index) => definition(column, hidden.includes(column.id), index === 0, context));
  return onSelect ? [checks(context), ...shown] : shown;
}

function definition(column: GridColumn, isHidden: boolean, isFirst: boolean, context: ColumnContext): ColDef<GridRow, string> {
  const { onEdit, onSort } = context.props();
  const isEditable = column.isEditable === true && onEdit !== undefined;
  const isRight = column.align === 'right' || (column.align === undefined && column.kind === 'number');
  const words = context.words();
  const own = [column.isCode ? className('code') : '', isRight ? className('right') : ''].filter(Boolean);
  return {
    colId: column.id,
    headerName: column.title,
    width: column.width ?? WIDTH,
    hide: isHidden,
    // Whoever looks at the last columns still sees of what.
    ...(isFirst ? { pinned: 'left' as const } : {}),
    sortable: column.isSortable === true && onSort !== undefined,
    editable: isEditable ? ({ data }) => data !== undefined : false,
    valueGetter: ({ data }) => data?.cells[column.id] ?? '',
    valueFormatter: ({ data }) => (data ? shownText(column, data, context.words()) : ''),
    valueParser: ({ newValue }) => typedValue(column, newValue ?? '', context.words()),
    valueSetter: ({ data, newValue, oldValue }) => {
      if (newValue !== oldValue) context.onTyped(data, column, newValue ?? '');
      return false;
    },
    cellRendererSelector: selectDrawing(column, isFirst, context),
    cellClass: ({ rowIndex }) => [...own, ...context.marksAt(rowIndex, column.id)],
    cellClassRules: {
      [className('wrong')]: ({ data }) => data?.errors?.[column.id] !== undefined,
      [className('changed')]: ({ data }) => data?.changed?.includes(column.id) ?? false,
    },
    headerClass: isRight ? className('right') : '',
    suppressKeyboardEvent: context.onKey,
    ...(column.kind === 'choice' || column.kind === 'boolean'
      ? {
          cellEditor: ChoiceEditor,
          cellEditorParams: { column: withBooleans(column, words), words: { none: words.none, nothing: words.nothing } },
          cellEditorPopup: true,
        }
      : { cellEditor: 'agTextCellEditor', cellEditorParams: { useFormatter: true } }),
  };
}

function withBooleans(column: GridColumn, words: GridWords): GridColumn {
  if (column.kind !== 'boolean') return column;
  const choices = [
    { value: 'true', label: words.yes },
    { value: 'false', label: words.no },
  ];
  return { ...column, choices };
}

/** Most cells are their text and nothing else, which is what makes scrolling cheap; only what is more than that is drawn by us. */
function selectDrawing(column: GridColumn, isFirst: boolean, context: ColumnContext) {
  return ({ data }: ICellRendererParams<GridRow, string>): CellRendererSelectorResult | undefined => {
    if (!data) return undefined;
    if (data.errors?.[column.id] !== undefined) return { component: WrongCell, params: { column, words: context.words } };
    if (isFirst && context.props().addressOf) return { component: () => link(data, column, context) };
    return undefined;
  };
}

function link(row: GridRow, column: GridColumn, context: ColumnContext): HTMLElement {
  const { addressOf, onOpen } = context.props();
  const anchor = document.createElement('a');
  anchor.className = className('link');
  anchor.textContent = shownText(column, row, context.words());
  anchor.href = addressOf?.(row.id) ?? '';
  anchor.tabIndex = -1;
  anchor.addEventListener('click', (event) => {
    if (!onOpen || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(row.id);
  });
  return anchor;
}

/** A cell with which something is wrong says so to those who see it and to those who do not. */
class WrongCell implements ICellRendererComp<GridRow> {
  private readonly gui = document.createElement('span');
  private cell: HTMLElement | undefined;

  init({ data, eGridCell, column, words }: ICellRendererParams<GridRow> & { column: GridColumn; words: () => GridWords }): void {
    this.cell = eGridCell;
    if (!data) return;
    this.gui.textContent = shownText(column, data, words());
    eGridCell.setAttribute('aria-invalid', 'true');
    eGridCell.setAttribute('aria-description', data.errors?.[column.id] ?? '');
  }

  getGui(): HTMLElement {
    return this.gui;
  }

  /** Made anew each time: what is wrong may be something else by now. */
  refresh(): boolean {
    return false;
  }

  destroy(): void {
    this.cell?.removeAttribute('aria-invalid');
    this.cell?.removeAttribute('aria-description');
  }
}

function checks(context: ColumnContext): ColDef<GridRow, string> {
  return {
    colId: CHECKS,
    headerName: context.words().selectColumn,
    headerClass: className('checksHeader'),
    width: 40,
    pinned: 'left',
    resizable: false,
    sortable: false,
    suppressMovable: true,
    lockPosition: 'left',
    cellClass: className('checks'),
    valueGetter: () => '',
    suppressKeyboardEvent: (params) => {
      if (params.event.key !== ' ' || !params.data) return false;
      params.event.preventDefault();
      context.onCheck(params.data, !context.isChecked(params.data.id), params.event.shiftKey);
      return true;
    },
    cellRenderer: ({ data }: ICellRendererParams<GridRow, string>) => {
      const check = document.createElement('input');
      check.type = 'checkbox';
      check.tabIndex = -1;
      if (!data) {
        check.disabled = true;
        check.setAttribute('aria-label', '…');
        return check;
      }
      check.checked = context.isChecked(data.id);
      check.setAttribute('aria-label', context.words().select(data.id));
      check.addEventListener('click', (event) => context.onCheck(data, check.checked, event.shiftKey));
      return check;
    },
  };
}
