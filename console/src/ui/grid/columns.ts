import type { ColDef, ICellRendererParams, SuppressKeyboardEventParams } from 'ag-grid-community';
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
  /** Gives a cell that was drawn its marks of a selection. */
  mark: (cell: HTMLElement, row: number, column: string) => void;
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
  return {
    colId: column.id,
    headerName: column.title,
    ...(column.hint ? { headerTooltip: column.hint } : {}),
    width: column.width ?? WIDTH,
    hide: isHidden,
    sortable: column.isSortable === true && onSort !== undefined,
    editable: isEditable ? ({ data }) => data !== undefined : false,
    valueGetter: ({ data }) => data?.cells[column.id] ?? '',
    valueFormatter: ({ data }) => (data ? shownText(column, data, context.words()) : ''),
    valueParser: ({ newValue }) => typedValue(column, newValue ?? '', context.words()),
    valueSetter: ({ data, newValue, oldValue }) => {
      if (newValue !== oldValue) context.onTyped(data, column, newValue ?? '');
      return false;
    },
    cellRenderer: (params: ICellRendererParams<GridRow, string>) => drawn(params, column, isFirst, context),
    cellClass: [className('cell'), column.isCode ? className('code') : '', isRight ? className('right') : ''].filter(Boolean),
    headerClass: isRight ? className('right') : '',
    suppressKeyboardEvent: context.onKey,
    tooltipValueGetter: ({ data }) => told(column, data, context.words()),
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

/** What is told of a cell that one points at: what is wrong with it, or the whole of a long text. */
function told(column: GridColumn, row: GridRow | undefined, words: GridWords): string | undefined {
  if (!row) return undefined;
  const error = row.errors?.[column.id];
  if (error) return error;
  const text = shownText(column, row, words);
  return text.length * 7.2 > (column.width ?? WIDTH) - 20 ? text : undefined;
}

function drawn(
  { data, eGridCell, node, value }: ICellRendererParams<GridRow, string>,
  column: GridColumn,
  isFirst: boolean,
  context: ColumnContext,
): HTMLElement {
  const { addressOf, onOpen } = context.props();
  const isLink = isFirst && data !== undefined && addressOf !== undefined;
  const text = document.createElement(isLink ? 'a' : 'span');
  context.mark(eGridCell, node.rowIndex ?? -1, column.id);
  if (!data) {
    text.className = className('waiting');
    return text;
  }
  text.className = className('text');
  text.textContent = shownText(column, data, context.words());
  if (text instanceof HTMLAnchorElement && addressOf) {
    text.href = addressOf(data.id);
    text.tabIndex = -1;
    text.addEventListener('click', (event) => {
      if (!onOpen || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      onOpen(data.id);
    });
  }
  describe(eGridCell, data, column.id, value ?? '');
  return text;
}

/** Says of a cell that it is wrong, or changed, to those who see it and to those who do not. */
function describe(cell: HTMLElement, row: GridRow, column: string, value: string): void {
  const error = row.errors?.[column];
  cell.classList.toggle(className('wrong'), error !== undefined);
  cell.classList.toggle(className('changed'), row.changed?.includes(column) ?? false);
  cell.classList.toggle(className('blank'), value === '');
  if (error === undefined) {
    cell.removeAttribute('aria-invalid');
    cell.removeAttribute('aria-description');
  } else {
    cell.setAttribute('aria-invalid', 'true');
    cell.setAttribute('aria-description', error);
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
