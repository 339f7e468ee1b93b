/** The parts of the editor, in order. */
export const TABS = ['passport', 'attributes', 'rules', 'approval', 'projections', 'json'] as const;

export type TabName = (typeof TABS)[number];

/** In which part a place of a definition is edited. */
export function tabOf(path: string): TabName {
  const [key = ''] = path.split(/[.[]/);
  if (key === 'attributes' || key === 'rules' || key === 'approval') return key;
  return key === 'projections' ? 'json' : 'passport';
}

/** Which row is to be opened to see a place; undefined where none is. */
export function rowOf(path: string): number | undefined {
  const row = /^(?:attributes|rules|approval\.stages)\[(\d+)\]/.exec(path)?.[1];
  return row === undefined ? undefined : Number(row);
}
