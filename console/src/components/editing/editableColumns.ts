import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import { language } from '@/i18n';
import { localized } from '@/ui/format';
import type { GridChoice, GridColumn } from '@/ui/grid/Grid';
import { columnOf } from '../dictionary/rows';
import type { Attribute, Shape, Target } from '../dictionary/shape';

const FOUND = graphql(`
  query EditingChoices($dictionary: ID!, $search: String!, $language: Language!) {
    dictionary(code: $dictionary) {
      code
      items(search: $search, first: 20) {
        nodes {
          code
          name(language: $language)
        }
      }
    }
  }
`);

/** Told what an item is called, so that a cell that it was chosen for can show that. */
type Named = (dictionary: string, code: string, label: string) => void;

async function find(dictionary: string, search: string, named: Named): Promise<GridChoice[]> {
  const found = await ask(FOUND, { dictionary, search, language: language() === 'en' ? 'EN' : 'RU' });
  return (found.dictionary?.items.nodes ?? []).map(({ code, name }) => {
    const label = name ? `${name} (${code})` : code;
    named(dictionary, code, label);
    return { value: code, label };
  });
}

function editable(attribute: Attribute, shape: Shape, targets: Map<string, Target>, named: Named): GridColumn {
  const column = { ...columnOf(attribute, shape.display), isEditable: true, isSortable: false };
  if (attribute.list) return column;
  if (attribute.type === 'ENUM') {
    return {
      ...column,
      kind: 'choice',
      choices: attribute.values.map(({ code, label }) => ({ value: code, label: localized(label) })),
    };
  }
  const to = attribute.to;
  if (attribute.type === 'REFERENCE' && to && targets.has(to))
    return { ...column, kind: 'choice', findChoices: (text) => find(to, text, named) };
  return column;
}

/** The columns of a dictionary as one edits them: everything but the code, which an item keeps for ever. */
export function editableColumns(
  shape: Shape,
  targets: Map<string, Target>,
  titles: { code: string; parent: string },
  named: Named,
): GridColumn[] {
  const own = shape.attributes.map((attribute) => editable(attribute, shape, targets, named));
  return [
    { id: 'code', title: titles.code, kind: 'text', isCode: true, width: 130 },
    ...own.filter((column) => column.id === shape.display),
    ...own.filter((column) => column.id !== shape.display),
    ...(shape.isHierarchical
      ? [
          {
            id: 'parent',
            title: titles.parent,
            kind: 'choice' as const,
            width: 280,
            isEditable: true,
            findChoices: (text: string) => find(shape.code, text, named),
          },
        ]
      : []),
  ];
}
