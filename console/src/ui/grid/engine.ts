import {
  CellApiModule,
  CellStyleModule,
  ColumnApiModule,
  createGrid,
  CustomEditorModule,
  EventApiModule,
  InfiniteRowModelModule,
  LocaleModule,
  RenderApiModule,
  RowApiModule,
  RowStyleModule,
  ScrollApiModule,
  TextEditorModule,
  themeQuartz,
  type GridApi,
  type IDatasource,
  type SuppressKeyboardEventParams,
} from 'ag-grid-community';
import { CellRange } from './CellRange';
import { Clipping } from './Clipping';
import { CHECKS, columnDefinitions, type ColumnContext, type GridWords } from './columns';
import { Loading } from './Loading';
import { Selecting } from './Selecting';
import { Telling, type Told } from './Telling';
import type { CellEdit, GridColumn, GridHandle, GridProps, GridRow } from './model';
import { shownText } from './values';
import classes from './Grid.module.css';

const MODULES = [
  CellApiModule,
  CellStyleModule,
  ColumnApiModule,
  CustomEditorModule,
  EventApiModule,
  InfiniteRowModelModule,
  LocaleModule,
  RenderApiModule,
  RowApiModule,
  RowStyleModule,
  ScrollApiModule,
  TextEditorModule,
];

const ROW_HEIGHT = 34;
const BLOCK = 100;
const BLOCKS_KEPT = 30;

/** Colours, lines and letters of the pages around it: every value is a variable of theirs, so both themes come by themselves. */
const theme = themeQuartz.withParams({
  fontFamily: 'inherit',
  fontSize: 13,
  rowHeight: ROW_HEIGHT,
  headerHeight: 36,
  browserColorScheme: 'inherit',
  backgroundColor: 'var(--mantine-color-body)',
  foregroundColor: 'var(--mantine-color-text)',
  textColor: 'var(--mantine-color-text)',
  headerBackgroundColor: 'var(--svod-grid-header)',
  headerTextColor: 'var(--mantine-color-dimmed)',
  headerFontWeight: 600,
  headerFontSize: 12,
  borderColor: 'var(--svod-grid-line)',
  rowBorder: { color: 'var(--svod-grid-line)' },
  columnBorder: { color: 'var(--svod-grid-line)' },
  headerColumnBorder: { color: 'var(--svod-grid-line)' },
  wrapperBorder: false,
  wrapperBorderRadius: 0,
  rowHoverColor: 'var(--svod-grid-hover)',
  accentColor: 'var(--mantine-primary-color-filled)',
  cellHorizontalPadding: 10,
});

interface OfRow {
  data?: GridRow | undefined;
}

const TONES = ['added', 'changed', 'retired', 'annulled'] as const;
const ROW_CLASSES = {
  [classes['waiting'] ?? '']: ({ data }: OfRow) => data === undefined,
  ...Object.fromEntries(TONES.map((tone) => [classes[`tone-${tone}`] ?? '', ({ data }: OfRow) => data?.tone === tone])),
};

/** The grid itself, outside React: it is told what changed, and tells by the properties that it was given last. */
export class GridEngine implements GridHandle {
  private readonly api: GridApi<GridRow>;
  private readonly selecting: Selecting;
  private readonly clipping: Clipping;
  private readonly telling: Telling;
  private loading: Loading;
  private lastChecked: number | undefined;
  private checked = new Set<string>();
  private lastKey: { event: KeyboardEvent; isOurs: boolean } | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly props: () => GridProps,
    private readonly words: () => GridWords,
    localeText: Record<string, string>,
    nonce: string,
  ) {
    this.selecting = new Selecting(root, () => this.api);
    this.loading = new Loading(props().source, () => this.props().onFail);
    this.api = createGrid<GridRow>(root, this.options(localeText, nonce), { modules: MODULES });
    this.clipping = new Clipping(root, {
      props,
      words,
      selecting: this.selecting,
      api: () => this.api,
      rowsAt: (from, count) => this.rowsAt(from, count),
      edit: (edits) => this.edit(edits),
    });
    this.telling = new Telling(root, (row, column) => this.told(row, column));
    this.setSort();
    this.setLabel();
    this.selecting.columnsChanged();
  }

  private options(localeText: Record<string, string>, nonce: string) {
    return {
      theme,
      ...(nonce ? { styleNonce: nonce } : {}),
      localeText,
      columnDefs: columnDefinitions(this.context()),
      defaultColDef: { resizable: true, minWidth: 56, suppressHeaderMenuButton: true, sortingOrder: ['asc', 'desc', null] },
      rowModelType: 'infinite',
      datasource: this.datasource(),
      cacheBlockSize: BLOCK,
      maxBlocksInCache: BLOCKS_KEPT,
      cacheOverflowSize: 1,
      maxConcurrentDatasourceRequests: 3,
      blockLoadDebounceMillis: 15,
      infiniteInitialRowCount: 12,
      getRowId: ({ data }: { data: GridRow }) => data.id,
      rowClassRules: ROW_CLASSES,
      animateRows: false,
      rowBuffer: 8,
      suppressMultiSort: true,
      suppressDragLeaveHidesColumns: true,
      suppressCellFocus: false,
      stopEditingWhenCellsLoseFocus: true,
      enterNavigatesVerticallyAfterEdit: true,
      suppressNoRowsOverlay: true,
      suppressLoadingOverlay: true,
      onCellFocused: ({ rowIndex, column }) => {
        if (rowIndex !== null && column && typeof column !== 'string') this.selecting.focused(rowIndex, column.getColId());
      },
      onCellDoubleClicked: ({ data, colDef }) => {
        if (data && colDef.colId !== CHECKS && !this.isEditable(colDef.colId)) this.props().onOpen?.(data.id);
      },
      onSortChanged: () => this.sorted(),
      onDisplayedColumnsChanged: () => this.selecting.columnsChanged(),
      onDragStopped: () => this.props().onOrder?.(this.selecting.columns()),
    } satisfies Parameters<typeof createGrid<GridRow>>[1];
  }

  private context(): ColumnContext {
    return {
      props: this.props,
      words: this.words,
      marksAt: this.selecting.marksAt,
      onKey: (params) => this.onKey(params),
      onTyped: (row, column, value) => this.edit([{ row: row.id, column: column.id, value }]),
      isChecked: (row) => this.checked.has(row),
      onCheck: (row, isChecked, isWithShift) => this.check(row, isChecked, isWithShift),
    };
  }

  private datasource(): IDatasource {
    const { loading } = this;
    return {
      getRows: ({ startRow, endRow, successCallback, failCallback }) => {
        loading.load(startRow, endRow - startRow).then(
          ({ rows, total }) => {
            if (loading.isOver) return;
            successCallback(rows, total);
            this.props().onCount?.(total);
          },
          () => {
            if (!loading.isOver) failCallback();
          },
        );
      },
    };
  }

  /** Another key: everything anew, from the top. */
  setSource(): void {
    const { source } = this.props();
    if (source.key === this.loading.source.key) {
      this.loading.source = source;
      return;
    }
    this.loading.end();
    this.loading = new Loading(source, () => this.props().onFail);
    this.lastChecked = undefined;
    if (!this.props().selected) this.checked = new Set();
    this.selecting.select(undefined);
    this.api.setGridOption('datasource', this.datasource());
    if (this.api.getDisplayedRowCount() > 0) this.api.ensureIndexVisible(0, 'top');
  }

  setColumns(): void {
    this.api.setGridOption('columnDefs', columnDefinitions(this.context()));
    this.setSort();
    this.selecting.columnsChanged();
  }

  setSort(): void {
    const { sort } = this.props();
    const state = sort ? [{ colId: sort.column, sort: sort.isDescending ? ('desc' as const) : ('asc' as const) }] : [];
    this.api.applyColumnState({ state, defaultState: { sort: null } });
  }

  setLabel(): void {
    this.root.querySelector('[role=grid], [role=treegrid]')?.setAttribute('aria-label', this.props().label);
  }

  /** The page rules over which rows are selected, or left that to the grid. */
  setSelected(): void {
    const { selected } = this.props();
    if (!selected) return;
    this.checked = new Set(selected);
    this.drawChecks();
  }

  private drawChecks(): void {
    this.api.refreshCells({ columns: [CHECKS], force: true });
  }

  destroy(): void {
    this.loading.end();
    this.clipping.destroy();
    this.telling.destroy();
    this.selecting.destroy();
    this.api.destroy();
  }

  jumpTo(row: number): void {
    // What will be wanted is asked for while the grid is still on its way there.
    this.loading.ahead(Math.floor(row / BLOCK) * BLOCK, BLOCK);
    this.api.ensureIndexVisible(row, 'middle');
    const [first] = this.selecting.columns();
    if (first) this.api.setFocusedCell(row, first);
  }

  refresh(rows?: string[]): void {
    if (!rows) {
      this.api.refreshInfiniteCache();
      return;
    }
    const places = rows.map((id) => this.api.getRowNode(id)?.rowIndex).filter((place) => place !== undefined && place !== null);
    for (const block of new Set(places.map((place) => Math.floor(place / BLOCK)))) void this.refreshBlock(block * BLOCK);
  }

  /** What is told of a cell that somebody points at, or of a header. */
  private told(row: number | undefined, id: string): Told | undefined {
    const column = this.props().columns.find((each) => each.id === id);
    if (!column) return undefined;
    if (row === undefined) return column.hint ? { text: column.hint, isWrong: false } : undefined;
    const data = this.api.getDisplayedRowAtIndex(row)?.data;
    const error = data?.errors?.[id];
    if (error) return { text: error, isWrong: true };
    return data ? { text: shownText(column, data, this.words()), isWrong: false, isWhole: true } : undefined;
  }

  private async refreshBlock(from: number): Promise<void> {
    const { rows } = await this.loading.load(from, BLOCK).catch(() => ({ rows: [] }));
    for (const row of rows) this.api.getRowNode(row.id)?.setData(row);
  }

  private async rowsAt(from: number, count: number): Promise<GridRow[]> {
    const loaded = Array.from({ length: count }, (_, index) => this.api.getDisplayedRowAtIndex(from + index)?.data);
    const known = loaded.filter((row) => row !== undefined);
    return known.length === count ? known : (await this.loading.load(from, count)).rows;
  }

  /** Shows at once what somebody made of cells, and tells it. */
  private edit(edits: CellEdit[]): void {
    const { onEdit } = this.props();
    if (!onEdit || edits.length === 0) return;
    for (const [id, ofRow] of byRow(edits)) {
      const node = this.api.getRowNode(id);
      if (!node?.data) continue;
      const named = new Set(ofRow.map((edit) => edit.column));
      const without = <T>(what: Record<string, T> | undefined) =>
        Object.fromEntries(Object.entries(what ?? {}).filter(([column]) => !named.has(column)));
      node.setData({
        ...node.data,
        cells: { ...node.data.cells, ...Object.fromEntries(ofRow.map(({ column, value }) => [column, value])) },
        labels: without(node.data.labels),
        errors: without(node.data.errors),
      });
    }
    onEdit(edits);
  }

  private isEditable(id: string | undefined): boolean {
    const { columns, onEdit } = this.props();
    return onEdit !== undefined && columns.some((column: GridColumn) => column.id === id && column.isEditable);
  }

  private sorted(): void {
    const { sort, onSort } = this.props();
    const now = this.api.getColumnState().find((column) => column.sort);
    const next = now ? { column: now.colId, isDescending: now.sort === 'desc' } : undefined;
    if (next?.column === sort?.column && next?.isDescending === sort?.isDescending) return;
    onSort?.(next);
  }

  private check(row: GridRow, isChecked: boolean, isWithShift: boolean): void {
    const place = this.api.getRowNode(row.id)?.rowIndex ?? undefined;
    const next = new Set(this.checked);
    const from = isWithShift && this.lastChecked !== undefined ? this.lastChecked : place;
    const ids = place === undefined || from === undefined ? [row.id] : this.idsBetween(from, place);
    for (const id of ids) {
      if (isChecked) next.add(id);
      else next.delete(id);
    }
    this.lastChecked = place;
    this.checked = next;
    this.drawChecks();
    this.props().onSelect?.([...next]);
  }

  private idsBetween(one: number, other: number): string[] {
    const [from, to] = one < other ? [one, other] : [other, one];
    const rows = Array.from({ length: to - from + 1 }, (_, index) => this.api.getDisplayedRowAtIndex(from + index)?.data?.id);
    return rows.filter((id) => id !== undefined);
  }

  /** Keys that are ours and not the library's; true: it is to leave them alone. It asks several times about one press. */
  private onKey(params: SuppressKeyboardEventParams<GridRow, string>): boolean {
    if (params.editing || params.event.type !== 'keydown') return false;
    if (this.lastKey?.event !== params.event) this.lastKey = { event: params.event, isOurs: this.isOurs(params) };
    return this.lastKey.isOurs;
  }

  private isOurs({ event, data, column }: SuppressKeyboardEventParams<GridRow, string>): boolean {
    const isWithCtrl = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(this.root.clientHeight / ROW_HEIGHT) - 2);
    const steps: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      PageDown: [page, 0],
      PageUp: [-page, 0],
    };
    const step = steps[event.key];
    if (event.shiftKey && step) return handled(event, this.selecting.extend(...step));
    if (isWithCtrl && event.code === 'KeyA') return handled(event, (this.selecting.selectAll(), true));
    if (isWithCtrl && event.code === 'KeyD') return handled(event, (this.clipping.fillDown(), true));
    // The browser's own events of the clipboard follow.
    if (isWithCtrl && ['KeyC', 'KeyV', 'KeyX'].includes(event.code)) return true;
    if (event.key === 'Delete' || event.key === 'Backspace') return handled(event, (this.clipping.clear(), true));
    if (event.key === 'Escape') {
      const range = this.selecting.current();
      if (range) this.selecting.select(new CellRange(range.anchor));
      return false;
    }
    if (event.key === 'Enter' && data && !this.isEditable(column.getColId())) {
      this.props().onOpen?.(data.id);
      return handled(event, true);
    }
    return false;
  }
}

function handled(event: KeyboardEvent, isOurs: boolean): boolean {
  if (isOurs) event.preventDefault();
  return isOurs;
}

function byRow(edits: CellEdit[]): Map<string, CellEdit[]> {
  const found = new Map<string, CellEdit[]>();
  for (const edit of edits) found.set(edit.row, [...(found.get(edit.row) ?? []), edit]);
  return found;
}
