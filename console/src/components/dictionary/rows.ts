import { askData } from '@/api/data';
import { language } from '@/i18n';
import { localized } from '@/ui/format';
import type { GridColumn, GridRow, GridSort } from '@/ui/grid/model';
import type { AsOf } from '../asOf';
import { camelCase, screamingCase } from './naming';
import type { Attribute, Shape, Target } from './shape';

/** How many codes one answer of the data API gives. */
const CODES_PER_PAGE = 500;

/** The built-in columns of every dictionary beside its attributes. */
export const BUILT_IN = ['code', 'parent', 'validFrom', 'validTo'] as const;

/** What the data API answers of one item; the attributes under `a0`, `a1` …, the names of what they refer to under `n0`, `n1` …. */
export interface Node {
  code: string;
  parentCode?: string | null;
  validFrom: string | null;
  validTo: string | null;
  [field: string]: unknown;
}

interface Page {
  list: { totalCount: number; nodes: Node[] };
}

/** Which rows, and how. */
export interface RowsAsked {
  asOf: AsOf;
  search: string;
  /** The filter of the data API, `null` for none. */
  filter: Record<string, unknown> | null;
  sort: GridSort | undefined;
}

function spoken(): string {
  return language() === 'en' ? 'EN' : 'RU';
}

/** The field that names an item of a dictionary, as a selection; blank where it has none. */
function nameSelection(target: Target | undefined): string {
  const display = target?.attributes.find((attribute) => attribute.code === target.display);
  if (!display) return '';
  return `n: ${camelCase(display.code)}${display.localized ? `(lang: ${spoken()})` : ''}`;
}

function attributeSelection(attribute: Attribute, at: number, targets: Map<string, Target>): string {
  const field = camelCase(attribute.code);
  if (attribute.type !== 'REFERENCE') return `a${at}: ${field}${attribute.localized ? `(lang: ${spoken()})` : ''}`;
  const codes = `a${at}: ${field}${attribute.list ? 'Codes' : 'Code'}`;
  const name = nameSelection(targets.get(attribute.to ?? ''));
  return name === '' ? codes : `${codes} n${at}: ${field} { code ${name} }`;
}

/**
 * The query of a page of rows, made for the structure of a dictionary. With `isForEditing` localised texts come in English too, under
 * `e0`, `e1` …, since an edit of one language must not lose the other.
 */
export function rowsQuery(shape: Shape, targets: Map<string, Target>, isForEditing = false): string {
  const own = shape.attributes.map((attribute, at) => attributeSelection(attribute, at, targets));
  if (isForEditing) {
    for (const [at, attribute] of shape.attributes.entries()) {
      if (attribute.localized)
        own.push(`r${at}: ${camelCase(attribute.code)}(lang: RU) e${at}: ${camelCase(attribute.code)}(lang: EN)`);
    }
  }
  const parentName = nameSelection(targets.get(shape.code));
  const parent = shape.isHierarchical ? `parentCode ${parentName ? `parent { ${parentName} }` : ''}` : '';
  return `query ConsoleRows($filter: ${shape.typeName}Filter, $search: String, $orderBy: [${shape.typeName}Order!], $validOn: Date, $publication: Int, $first: Int, $offset: Int) {
    list: ${shape.listField}(filter: $filter, search: $search, orderBy: $orderBy, validOn: $validOn, publication: $publication, first: $first, offset: $offset) {
      totalCount
      nodes { code validFrom validTo ${parent} ${own.join(' ')} }
    }
  }`;
}

function named(code: unknown, names: unknown): string {
  if (Array.isArray(code)) {
    const all = (names ?? []) as Array<{ code: string; n?: string | null }>;
    return code.map((each) => named(each, all.find((one) => one.code === each) ?? null)).join(', ');
  }
  if (code === null || code === undefined) return '';
  const name = (names as { n?: string | null } | null | undefined)?.n;
  return name ? `${name} (${String(code)})` : String(code);
}

/** A value of the data API as a cell holds it, and what is shown for it where that is something else. */
function cellOf(attribute: Attribute, value: unknown, names: unknown): { held: string; shown?: string } {
  if (value === null || value === undefined) return { held: '' };
  if (Array.isArray(value)) {
    if (attribute.type === 'REFERENCE') return { held: value.join(', '), shown: named(value, names) };
    const all = value.map((each) => cellOf({ ...attribute, list: false }, each, null));
    return { held: all.map((each) => each.held).join(', '), shown: all.map((each) => each.shown ?? each.held).join(', ') };
  }
  if (attribute.type === 'REFERENCE') return { held: String(value), shown: named(value, names) };
  if (attribute.type === 'ENUM') {
    const label = localized(attribute.values.find((each) => each.code === value)?.label);
    return label === '' ? { held: String(value) } : { held: String(value), shown: label };
  }
  return { held: String(value) };
}

export function rowOf(shape: Shape, node: Node): GridRow {
  const cells: Record<string, string> = { code: node.code, validFrom: node.validFrom ?? '', validTo: node.validTo ?? '' };
  const labels: Record<string, string> = {};
  if (shape.isHierarchical) {
    cells['parent'] = node.parentCode ?? '';
    labels['parent'] = named(node.parentCode, node['parent']);
  }
  for (const [at, attribute] of shape.attributes.entries()) {
    const { held, shown } = cellOf(attribute, node[`a${at}`], node[`n${at}`]);
    cells[attribute.code] = held;
    if (shown !== undefined) labels[attribute.code] = shown;
  }
  return { id: node.code, cells, labels };
}

/** The values of an item as the management API would have them, of a query for editing. */
export function valuesOf(shape: Shape, node: Node): Record<string, unknown> {
  const values = shape.attributes.map((attribute, at) => {
    if (!attribute.localized) return [attribute.code, node[`a${at}`]] as const;
    // Where one language is blank the API gives the other one, so that equal texts are one text.
    const [ru, en] = [node[`r${at}`], node[`e${at}`]];
    return [attribute.code, ru === null || ru === undefined ? null : en === ru ? { ru } : { ru, en }] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== null && value !== undefined));
}

/** Asks for some rows of a dictionary. Throws `DataError`. */
export async function loadRows(
  shape: Shape,
  query: string,
  asked: RowsAsked,
  from: number,
  count: number,
  signal?: AbortSignal,
): Promise<{ rows: GridRow[]; total: number }> {
  const { nodes, total } = await loadNodes(query, asked, from, count, signal);
  return { rows: nodes.map((node) => rowOf(shape, node)), total };
}

/** The same as the data API answers. */
export async function loadNodes(
  query: string,
  asked: RowsAsked,
  from: number,
  count: number,
  signal?: AbortSignal,
): Promise<{ nodes: Node[]; total: number }> {
  const { asOf, search, filter, sort } = asked;
  const order = sort && [
    {
      field: sort.column === 'parent' ? 'PARENT' : screamingCase(sort.column),
      direction: sort.isDescending ? 'DESC' : 'ASC',
      lang: spoken(),
    },
  ];
  const page = await askData<Page>(
    query,
    {
      filter,
      search: search.trim() === '' ? null : search.trim(),
      orderBy: order ?? null,
      validOn: asOf.validOn,
      publication: asOf.publication,
      first: count,
      offset: from,
    },
    signal,
  );
  return { nodes: page.list.nodes, total: page.list.totalCount };
}

/** What items of a dictionary are called, by their codes: `Алтайский край (01)`. Throws `DataError`. */
export async function loadNames(target: Target, codes: string[]): Promise<Map<string, string>> {
  const name = nameSelection(target);
  if (name === '') return new Map();
  const query = `query ConsoleNames($codes: [ID!]!, $first: Int) {
    list: ${target.listField}(filter: { code: { in: $codes } }, first: $first) { totalCount nodes { code ${name} } }
  }`;
  const page = await askData<Page>(query, { codes, first: codes.length });
  return new Map(page.list.nodes.map((node) => [node.code, named(node.code, node)]));
}

/** The codes of the items that a search and a filter leave, up to so many. Throws `DataError`. */
export async function loadCodes(shape: Shape, asked: RowsAsked, max: number, signal: AbortSignal): Promise<string[]> {
  const query = `query ConsoleCodes($filter: ${shape.typeName}Filter, $search: String, $validOn: Date, $publication: Int, $first: Int, $offset: Int) {
    list: ${shape.listField}(filter: $filter, search: $search, validOn: $validOn, publication: $publication, first: $first, offset: $offset) {
      totalCount
      nodes { code }
    }
  }`;
  const codes: string[] = [];
  while (codes.length < max) {
    const { nodes } = await loadNodes(query, asked, codes.length, Math.min(CODES_PER_PAGE, max - codes.length), signal);
    codes.push(...nodes.map((node) => node.code));
    if (nodes.length < CODES_PER_PAGE) break;
  }
  return codes;
}

interface ColumnTitles {
  code: string;
  parent: string;
  validFrom: string;
  validTo: string;
}

const KINDS: Partial<Record<Attribute['type'], GridColumn['kind']>> = {
  INTEGER: 'number',
  DECIMAL: 'number',
  DATE: 'date',
  BOOLEAN: 'boolean',
};

/** The column of an attribute, as the grid shows and edits it. */
export function columnOf(attribute: Attribute, display: string | null | undefined): GridColumn {
  const kind = attribute.list ? 'text' : (KINDS[attribute.type] ?? 'text');
  return {
    id: attribute.code,
    title: localized(attribute.label),
    ...(attribute.description ? { hint: localized(attribute.description) } : {}),
    kind,
    align: kind === 'number' ? 'right' : 'left',
    isSortable: !attribute.list,
    width: attribute.code === display ? 420 : attribute.type === 'REFERENCE' ? 240 : 160,
  };
}

/** The columns of a dictionary: its code, what names an item, its other attributes, its parent, and since and until when. */
export function columnsOf(shape: Shape, titles: ColumnTitles): GridColumn[] {
  const own = shape.attributes.map((attribute) => columnOf(attribute, shape.display));
  return [
    { id: 'code', title: titles.code, kind: 'text', isCode: true, isSortable: true, width: 130 },
    ...own.filter((column) => column.id === shape.display),
    ...own.filter((column) => column.id !== shape.display),
    ...(shape.isHierarchical ? [{ id: 'parent', title: titles.parent, kind: 'text' as const, width: 300 }] : []),
    { id: 'validFrom', title: titles.validFrom, kind: 'date', isSortable: true, width: 130 },
    { id: 'validTo', title: titles.validTo, kind: 'date', isSortable: true, width: 130 },
  ];
}
