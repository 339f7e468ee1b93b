import {
  CellStyleModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  DateEditorModule,
  EventApiModule,
  InfiniteRowModelModule,
  LocaleModule,
  ModuleRegistry,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  RowStyleModule,
  ScrollApiModule,
  SelectEditorModule,
  TextEditorModule,
  TooltipModule,
  themeQuartz,
  type CellClassParams,
  type CellEditRequestEvent,
  type ColDef,
  type GridApi,
  type IDatasource,
} from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { Box, useComputedColorScheme } from '@mantine/core';
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, type ClipboardEvent, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBlock, parseBlock } from './block';
import type { CellEdit, GridColumn, GridHandle, GridRow, GridSort, GridSource } from './model';
import './grid.css';

ModuleRegistry.registerModules([
  InfiniteRowModelModule,
  ClientSideRowModelModule,
  CellStyleModule,
  ColumnApiModule,
  DateEditorModule,
  EventApiModule,
  LocaleModule,
  RenderApiModule,
  RowApiModule,
  RowSelectionModule,
  RowStyleModule,
  ScrollApiModule,
  SelectEditorModule,
  TextEditorModule,
  TooltipModule,
]);

/** Rows of one request, and how many such pieces are kept: scrolling far forgets what is far away. */
const ROWS_PER_PIECE = 100;
const PIECES_MAX = 40;

interface GridProps {
  /** What the grid shows, for who cannot see it. */
  label: string;
  columns: GridColumn[];
  source: GridSource;
  sort?: GridSort | undefined;
  onSort?: (sort: GridSort | undefined) => void;
  /** Enter or a double click on a row that cannot be edited there. */
  onOpen?: (row: string) => void;
  /** Cells were typed into, pasted over or cleared; the page keeps them and gives them back by its source. */
  onEdit?: (edits: CellEdit[]) => void;
  /** Rows of a pasted block that are beyond the last row. */
  onPasteBeyond?: (rows: string[][], columns: string[]) => void;
  onSelect?: (rows: string[]) => void;
  onCount?: (total: number) => void;
  hidden?: string[];
  ref?: Ref<GridHandle>;
}

function nonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
}

const base = themeQuartz.withParams({
  fontFamily: 'inherit',
  fontSize: 14,
  headerFontSize: 13,
  headerFontWeight: 600,
  rowHeight: 36,
  headerHeight: 38,
  spacing: 6,
  borderRadius: 8,
  wrapperBorderRadius: 8,
  accentColor: '#1f4fa3',
});
const THEMES = {
  light: base.withParams({
    backgroundColor: '#ffffff',
    foregroundColor: '#000000',
    headerBackgroundColor: '#f1f3f5',
    borderColor: '#dee2e6',
    browserColorScheme: 'light',
  }),
  dark: base.withParams({
    backgroundColor: '#242424',
    foregroundColor: '#c9c9c9',
    headerBackgroundColor: '#2e2e2e',
    borderColor: '#424242',
    accentColor: '#6b94d9',
    browserColorScheme: 'dark',
  }),
};

/** A grid over any number of rows, which are asked for as they come into view. */
export function Grid({ ref, ...props }: GridProps) {
  const { label, columns, source, sort, hidden, onSort, onOpen, onEdit, onSelect, onCount } = props;
  const { i18n, t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const api = useRef<GridApi<GridRow>>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useImperativeHandle(
    ref,
    () => ({
      jumpTo: (row) => {
        api.current?.ensureIndexVisible(row, 'top');
        const [first] = api.current?.getAllDisplayedColumns() ?? [];
        if (first) api.current?.setFocusedCell(row, first);
      },
      refresh: () => api.current?.refreshInfiniteCache(),
    }),
    [],
  );
  const isEditable = Boolean(onEdit);
  const definitions = useMemo(
    () => columns.map((column) => definition(column, { isEditable, sort, isHidden: hidden?.includes(column.id) ?? false })),
    [columns, isEditable, sort, hidden],
  );
  const { key, load } = source;
  // Another key makes another source of rows, and with it everything is asked anew.
  const datasource = useMemo(() => datasourceOf(key, load, onCount), [key, load, onCount]);
  const edited = useCallback((event: CellEditRequestEvent<GridRow>) => {
    if (!event.data) return;
    const value = textOf(event.newValue);
    if (value === (event.data.cells[event.column.getColId()] ?? '')) return;
    latest.current.onEdit?.([{ row: event.data.id, column: event.column.getColId(), value }]);
  }, []);
  return (
    <Box
      className="svod-grid"
      h="100%"
      mih={240}
      onPaste={(event) => api.current && paste(event, api.current, latest.current)}
      onCopy={(event) => api.current && copy(event, api.current)}
    >
      <AgGridReact<GridRow>
        theme={THEMES[scheme]}
        styleNonce={nonce()}
        rowModelType="infinite"
        datasource={datasource}
        cacheBlockSize={ROWS_PER_PIECE}
        maxBlocksInCache={PIECES_MAX}
        maxConcurrentDatasourceRequests={2}
        infiniteInitialRowCount={1}
        blockLoadDebounceMillis={60}
        columnDefs={definitions}
        getRowId={(row) => row.data.id}
        readOnlyEdit
        onCellEditRequest={edited}
        stopEditingWhenCellsLoseFocus
        enterNavigatesVerticallyAfterEdit
        suppressDragLeaveHidesColumns
        animateRows={false}
        tooltipShowDelay={300}
        localeText={{ loadingOoo: t('loading'), noRowsToShow: t('grid.none') }}
        aria-label={label}
        {...(onSelect ? { rowSelection: { mode: 'multiRow' as const, headerCheckbox: false, enableClickSelection: false } } : {})}
        onSelectionChanged={(event) => onSelect?.(event.api.getSelectedRows().map((row) => row.id))}
        onGridReady={(event) => {
          api.current = event.api;
          labelled(event.api, label);
        }}
        onSortChanged={(event) => {
          if (event.source !== 'uiColumnSorted') return;
          const sorted = event.api.getColumnState().find((column) => column.sort);
          onSort?.(sorted ? { column: sorted.colId, isDescending: sorted.sort === 'desc' } : undefined);
        }}
        onRowDoubleClicked={(event) => event.data && !isEditable && onOpen?.(event.data.id)}
        onCellKeyDown={(event) => {
          const pressed = (event.event as KeyboardEvent | undefined)?.key;
          if (!event.data || !('column' in event)) return;
          if (pressed === 'Enter' && (!isEditable || !event.column.isCellEditable(event.node))) onOpen?.(event.data.id);
          if (pressed === 'Delete' && event.column.isCellEditable(event.node)) {
            latest.current.onEdit?.([{ row: event.data.id, column: event.column.getColId(), value: '' }]);
          }
        }}
        key={i18n.language}
      />
    </Box>
  );
}

/** The library names its grid by nothing; whoever cannot see it has to be told what it is. */
function labelled(api: GridApi<GridRow>, label: string): void {
  const root = document.querySelector(`[grid-id="${api.getGridId()}"]`) ?? undefined;
  root?.querySelector('[role="grid"], [role="treegrid"]')?.setAttribute('aria-label', label);
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

interface Shown {
  isEditable: boolean;
  sort: GridSort | undefined;
  isHidden: boolean;
}

function definition(column: GridColumn, { isEditable, sort, isHidden }: Shown): ColDef<GridRow> {
  const { id, choices } = column;
  const isEdited = isEditable && column.isEditable === true;
  const named = new Map(choices?.map((choice) => [choice.value, choice.label]));
  const editor: ColDef<GridRow> =
    column.kind === 'choice' || column.kind === 'boolean'
      ? { cellEditor: 'agSelectCellEditor', cellEditorParams: { values: ['', ...(choices ?? []).map((choice) => choice.value)] } }
      : { cellEditor: column.kind === 'date' ? 'agDateStringCellEditor' : 'agTextCellEditor' };
  return {
    colId: id,
    headerName: column.title,
    ...(column.hint ? { headerTooltip: column.hint } : {}),
    valueGetter: ({ data }) => data?.cells[id] ?? '',
    valueFormatter: ({ value }) => named.get(textOf(value)) ?? textOf(value),
    tooltipValueGetter: ({ data }) => data?.errors?.[id],
    ...editor,
    editable: isEdited,
    width: column.width ?? 180,
    minWidth: 60,
    resizable: true,
    hide: isHidden,
    sortable: column.isSortable ?? false,
    comparator: () => 0,
    sort: sort?.column === id ? (sort.isDescending ? 'desc' : 'asc') : null,
    ...(column.align === 'right' ? { type: 'rightAligned' } : {}),
    cellClass: (cell) => classesOf(cell, column),
    suppressKeyboardEvent: ({ event, editing }) =>
      !editing && (event.ctrlKey || event.metaKey) && ['c', 'v'].includes(event.key.toLowerCase()),
  };
}

function classesOf({ data }: CellClassParams<GridRow>, column: GridColumn): string[] {
  const classes = column.isCode ? ['svod-code'] : [];
  if (data?.tone) classes.push(`svod-tone-${data.tone}`);
  if (data?.changed?.includes(column.id)) classes.push('svod-cell-changed');
  if (data?.errors?.[column.id]) classes.push('svod-cell-wrong');
  return classes;
}

function datasourceOf(key: string, load: GridSource['load'], onCount: GridProps['onCount']): IDatasource & { key: string } {
  return {
    key,
    getRows: ({ startRow, endRow, successCallback, failCallback }) => {
      load(startRow, endRow - startRow).then(
        ({ rows, total }) => {
          onCount?.(total);
          successCallback(rows, total);
        },
        () => failCallback(),
      );
    },
  };
}

/** The cell of the keyboard, or the selected rows, as a block. */
function copy(event: ClipboardEvent, api: GridApi<GridRow>): void {
  if (api.getEditingCells().length > 0) return;
  const columns = api.getAllDisplayedColumns().filter((column) => api.getColumnDef(column.getColId()) !== null);
  const selected = api.getSelectedRows();
  const focused = api.getFocusedCell();
  const cell = focused && api.getDisplayedRowAtIndex(focused.rowIndex)?.data?.cells[focused.column.getColId()];
  const rows =
    selected.length > 0 ? selected.map((row) => columns.map((column) => row.cells[column.getColId()] ?? '')) : [[cell ?? '']];
  event.clipboardData.setData('text/plain', formatBlock(rows));
  event.preventDefault();
}

/** Lays a block over the cells from the one of the keyboard on. */
function paste(event: ClipboardEvent, api: GridApi<GridRow>, { onEdit, onPasteBeyond }: GridProps): void {
  const focused = api.getFocusedCell();
  if (!onEdit || !focused || api.getEditingCells().length > 0) return;
  const block = parseBlock(event.clipboardData.getData('text/plain'));
  const columns = api.getAllDisplayedColumns().map((column) => column.getColId());
  const from = columns.indexOf(focused.column.getColId());
  const covered = columns.slice(from, from + Math.max(...block.map((row) => row.length)));
  const edits: CellEdit[] = [];
  const beyond: string[][] = [];
  block.forEach((cells, at) => {
    const row = api.getDisplayedRowAtIndex(focused.rowIndex + at);
    if (!row?.data) beyond.push(cells);
    else for (const [place, value] of cells.entries()) pushEdit(edits, row.data, covered[place], value);
  });
  event.preventDefault();
  if (edits.length > 0) onEdit(edits);
  if (beyond.length > 0) onPasteBeyond?.(beyond, covered);
}

function pushEdit(edits: CellEdit[], row: GridRow, column: string | undefined, value: string): void {
  if (column !== undefined && (row.cells[column] ?? '') !== value) edits.push({ row: row.id, column, value });
}
