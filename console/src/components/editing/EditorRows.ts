import { today } from '@/ui/format';
import type { GridRow, GridSource } from '@/ui/grid/Grid';
import { loadNames, loadNodes, rowOf, rowsQuery, valuesOf, type Node } from '../dictionary/rows';
import type { Attribute, Shape, Target } from '../dictionary/shape';
import type { EditingState } from './EditingSession';
import { overlaid, rowOfChange, typedOver, type Wording } from './overlay';
import type { Values } from './values';

/** Which rows are shown. */
export type Show = 'all' | 'changed' | 'wrong';

/** How many items are asked for at once by their codes. */
const CODES_MAX = 100;

/** Somebody who knows what is typed and what the request says. */
type Editing = () => EditingState | undefined;

/**
 * The rows of the grid in which one edits: what is published, what the request says over it, and what is typed over that. What is
 * published is asked for once, so that typing asks nothing and the grid stays where the connection is lost.
 */
export class EditorRows {
  private readonly query: string;
  private readonly attributes: Map<string, Attribute>;
  private readonly nodes = new Map<string, Node>();
  private readonly values = new Map<string, Values>();
  private readonly cells = new Map<string, Record<string, string>>();
  private readonly names = new Map<string, string>();
  private on = '';

  constructor(
    private readonly shape: Shape,
    private readonly targets: Map<string, Target>,
    private readonly editing: Editing,
    private readonly wording: Wording,
  ) {
    this.query = rowsQuery(shape, targets, true);
    this.attributes = new Map(shape.attributes.map((attribute) => [attribute.code, attribute]));
  }

  /** The published values of an item that was looked at. */
  readonly published = (code: string): Values | undefined => this.values.get(code);

  /** What stands in a cell. */
  readonly seen = (row: string, column: string): string => this.cells.get(row)?.[column] ?? '';

  /** What an item is called that a cell refers to. */
  readonly named = (dictionary: string, code: string, label: string): void => {
    this.names.set(`${dictionary} ${code}`, label);
  };

  /** Learns of items by their codes, whether the grid has come to them or not. */
  async lookUp(codes: string[], on: string): Promise<void> {
    this.turnTo(on);
    const missing = codes.filter((code) => !this.nodes.has(code));
    for (let at = 0; at < missing.length; at += CODES_MAX) {
      const part = missing.slice(at, at + CODES_MAX);
      const asked = { asOf: this.asOf(on), search: '', filter: { code: { in: part } }, sort: undefined };
      const { nodes } = await loadNodes(this.query, asked, 0, part.length);
      for (const node of nodes) this.know(node);
    }
    for (const code of codes) this.finished(this.rowOfCode(code, on));
  }

  /** Rows for the grid. A new source for each search, date and choice of rows. */
  source(search: string, show: Show, on: string): GridSource {
    const pages = new Map<string, { nodes: Node[]; total: number }>();
    const page = async (from: number, count: number, signal: AbortSignal) => {
      const key = `${from} ${count}`;
      const known = pages.get(key);
      if (known) return known;
      const asked = { asOf: this.asOf(on), search, filter: null, sort: undefined };
      const loaded = await loadNodes(this.query, asked, from, count, signal);
      this.turnTo(on);
      for (const node of loaded.nodes) this.know(node);
      pages.set(key, loaded);
      return loaded;
    };
    return {
      key: JSON.stringify([search, show, on]),
      load: async (from, count, signal) => {
        if (show !== 'all') {
          const rows = await this.ownRows(on, show === 'wrong');
          return { rows: await this.worded(rows.slice(from, from + count)), total: rows.length };
        }
        const { nodes, total } = await page(from, count, signal);
        const rows = nodes.map((node) => this.finished(this.rowOfCode(node.code, on)));
        // What is not published stands at the end, where a new row is looked for in a spreadsheet.
        const added = search === '' ? (await this.ownRows(on, false)).filter((row) => !this.nodes.has(row.id)) : [];
        const end = added.slice(Math.max(0, from - total), Math.max(0, from + count - total));
        return { rows: await this.worded([...rows, ...end]), total: total + added.length };
      },
    };
  }

  private turnTo(on: string): void {
    if (this.on === on) return;
    this.on = on;
    this.nodes.clear();
    this.values.clear();
    this.cells.clear();
  }

  private asOf(on: string) {
    return { validOn: on, publication: null, isNow: on === today() };
  }

  private know(node: Node): void {
    this.nodes.set(node.code, node);
    this.values.set(node.code, valuesOf(this.shape, node));
  }

  private rowOfCode(code: string, on: string): GridRow {
    const change = this.editing()?.items?.items.get(code);
    const node = this.nodes.get(code);
    if (node) {
      const row = rowOf(this.shape, node);
      this.learnNames(row);
      return overlaid(this.shape, row, change, on);
    }
    if (change) return rowOfChange(this.shape, change, on);
    return { id: code, cells: { code } };
  }

  private finished(row: GridRow): GridRow {
    const state = this.editing();
    if (!state) return row;
    const violations = state.items?.violations ?? new Map<string, never>();
    const over = typedOver(row, state.outbox.rows[row.id], violations, state.refused, this.wording, this.attributes);
    this.cells.set(over.id, over.cells);
    return over;
  }

  /** The rows that the request or the outbox changes, whether they are published or not. */
  private async ownRows(on: string, areWrong: boolean): Promise<GridRow[]> {
    const state = this.editing();
    if (!state) return [];
    const codes = [...new Set([...(state.items?.items.keys() ?? []), ...Object.keys(state.outbox.rows)])];
    const changed = codes.filter((code) => state.items?.items.get(code)?.kind !== 'ADDED' && !state.outbox.rows[code]?.isNew);
    await this.lookUp(changed, on);
    const rows = codes.map((code) => this.finished(this.rowOfCode(code, on)));
    return areWrong ? rows.filter((row) => Object.keys(row.errors ?? {}).length > 0) : rows;
  }

  private learnNames(row: GridRow): void {
    for (const [column, label] of Object.entries(row.labels ?? {})) {
      const to = this.targetOf(column);
      const code = row.cells[column];
      if (to && code && !code.includes(',')) this.named(to, code, label);
    }
  }

  private targetOf(column: string): string | undefined {
    if (column === 'parent') return this.shape.code;
    return this.attributes.get(column)?.to ?? undefined;
  }

  /** With names where only the codes of what they refer to are known. */
  private async worded(rows: GridRow[]): Promise<GridRow[]> {
    const bare = rows.flatMap((row) =>
      Object.entries(row.cells).flatMap(([column, code]) => {
        const to = this.targetOf(column);
        return to && code !== '' && row.labels?.[column] === undefined ? [{ row, column, to, codes: code.split(', ') }] : [];
      }),
    );
    const wanted = new Map<string, Set<string>>();
    for (const { to, codes } of bare) {
      const missing = codes.filter((code) => !this.names.has(`${to} ${code}`));
      if (missing.length > 0) wanted.set(to, new Set([...(wanted.get(to) ?? []), ...missing]));
    }
    for (const [to, codes] of wanted) await this.learn(to, [...codes].slice(0, CODES_MAX));
    for (const { row, column, to, codes } of bare) {
      row.labels = { ...row.labels, [column]: codes.map((code) => this.names.get(`${to} ${code}`) ?? code).join(', ') };
    }
    return rows;
  }

  private async learn(to: string, codes: string[]): Promise<void> {
    const target = this.targets.get(to);
    // A name is a comfort: without it the code stands there.
    const names = target ? await loadNames(target, codes).catch(() => new Map<string, string>()) : new Map<string, string>();
    for (const code of codes) this.named(to, code, names.get(code) ?? code);
  }
}
