import { askData } from '@/api/data';
import { language } from '@/i18n';
import { formatDate, localized } from '@/ui/format';
import type { GridColumn, GridRow, GridSort } from '@/ui/grid/model';
import type { AsOf } from '../asOf';
import { camelCase, screamingCase } from './naming';
import type { Attribute, Shape, Target } from './shape';

/** The built-in columns of every dictionary beside its attributes. */
export const BUILT_IN = ['code', 'parent', 'validFrom', 'validTo'] as const;

/** What the data API answers of one item; the attributes under `a0`, `a1` …, the names of what they refer to under `n0`, `n1` …. */
interface Node {
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

/** The query of a page of rows, made for the structure of a dictionary. */
export function rowsQuery(shape: Shape, targets: Map<string, Target>): string {
  const own = shape.attributes.map((attribute, at) => attributeSelection(attribute, at, targets));
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

/** A value of the data API as a cell shows it. */
function cellOf(attribute: Attribute, value: unknown, names: unknown): string {
  if (attribute.type === 'REFERENCE') return named(value, names);
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((each) => cellOf({ ...attribute, list: false }, each, null)).join(', ');
  if (attribute.type === 'ENUM') return localized(attribute.values.find((each) => each.code === value)?.label) || String(value);
  if (attribute.type === 'DATE') return formatDate(String(value));
  if (attribute.type === 'BOOLEAN') return value === true ? YES[language()] : NO[language()];
  return String(value);
}

/** Cells are no components, and have no other way to the texts. */
const YES = { ru: 'да', en: 'yes' };
const NO = { ru: 'нет', en: 'no' };

export function rowOf(shape: Shape, node: Node): GridRow {
  const cells: Record<string, string> = {
    code: node.code,
    validFrom: node.validFrom ? formatDate(node.validFrom) : '',
    validTo: node.validTo ? formatDate(node.validTo) : '',
  };
  if (shape.isHierarchical) cells['parent'] = named(node.parentCode, node['parent']);
  for (const [at, attribute] of shape.attributes.entries())
    cells[attribute.code] = cellOf(attribute, node[`a${at}`], node[`n${at}`]);
  return { id: node.code, cells };
}

/** Asks for some rows of a dictionary. Throws `DataError`. */
export async function loadRows(
  shape: Shape,
  query: string,
  asked: RowsAsked,
  from: number,
  count: number,
): Promise<{ rows: GridRow[]; total: number }> {
  const { asOf, search, filter, sort } = asked;
  const order = sort && [
    {
      field: sort.column === 'parent' ? 'PARENT' : screamingCase(sort.column),
      direction: sort.isDescending ? 'DESC' : 'ASC',
      lang: spoken(),
    },
  ];
  const page = await askData<Page>(query, {
    filter,
    search: search.trim() === '' ? null : search.trim(),
    orderBy: order ?? null,
    validOn: asOf.validOn,
    publication: asOf.publication,
    first: count,
    offset: from,
  });
  return { rows: page.list.nodes.map((node) => rowOf(shape, node)), total: page.list.totalCount };
}

interface ColumnTitles {
  code: string;
  parent: string;
  validFrom: string;
  validTo: string;
}

/** The columns of a dictionary: its code, what it stands under, its attributes, and since and until when. */
export function columnsOf(shape: Shape, titles: ColumnTitles): GridColumn[] {
  const own = shape.attributes.map((attribute): GridColumn => {
    const isNumber = attribute.type === 'INTEGER' || attribute.type === 'DECIMAL';
    return {
      id: attribute.code,
      title: localized(attribute.label),
      ...(attribute.description ? { hint: localized(attribute.description) } : {}),
      kind: isNumber ? 'number' : 'text',
      align: isNumber ? 'right' : 'left',
      isSortable: !attribute.list,
      width: attribute.code === shape.display ? 420 : attribute.type === 'REFERENCE' ? 240 : 160,
    };
  });
  const display = own.filter((column) => column.id === shape.display);
  return [
    { id: 'code', title: titles.code, kind: 'text', isCode: true, isSortable: true, width: 130 },
    ...display,
    ...own.filter((column) => column.id !== shape.display),
    ...(shape.isHierarchical ? [{ id: 'parent', title: titles.parent, kind: 'text' as const, width: 300 }] : []),
    { id: 'validFrom', title: titles.validFrom, kind: 'date', isSortable: true, width: 130 },
    { id: 'validTo', title: titles.validTo, kind: 'date', isSortable: true, width: 130 },
  ];
}
