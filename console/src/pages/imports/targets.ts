import type { TFunction } from 'i18next';
import type { ImportTargetsQuery } from '@/api/gql/graphql';
import type { InspectedColumn } from '@/api/inspecting';
import type { ImportParameters } from '@/api/uploading';
import { localized } from '@/ui/format';

type Attributes = NonNullable<ImportTargetsQuery['dictionary']>['attributes'];

/** What a column of a file can be imported as: the word of `--map`, and what a person reads. */
export interface Target {
  value: string;
  label: string;
}

/** Every target of a dictionary, what each item has first. */
export function targetsOf(t: TFunction<'importing'>, attributes: Attributes, isHierarchical: boolean): Target[] {
  const builtIn = ['code', ...(isHierarchical ? ['parent'] : []), 'valid_from', 'valid_to', 'action'] as const;
  const own = attributes.flatMap((attribute) => {
    const label = localized(attribute.label);
    const russian = { value: attribute.code, label };
    return attribute.localized ? [russian, { value: `${attribute.code}_en`, label: t('columns.english', { label }) }] : [russian];
  });
  return [
    { value: '-', label: t('columns.leave') },
    ...builtIn.map((value) => ({ value: value as string, label: t(`columns.${value as 'code'}`) })),
    ...own,
  ];
}

/** What somebody chose for the columns of a file, by their places. */
export type Choices = Record<number, string>;

/** The target of a column as it stands: chosen, or found; blank while nobody knows. */
export function targetOf(column: InspectedColumn, at: number, choices: Choices): string {
  const chosen = choices[at];
  if (chosen !== undefined) return chosen;
  return column.because === 'unknown' ? '' : column.target;
}

/** The choices as parameters: by name where columns have names, all in order where they have none. */
export function mappingOf(columns: InspectedColumn[], choices: Choices): ImportParameters {
  const isNamed = columns.every((column) => column.name !== '');
  if (!isNamed) return [['columns', columns.map((column, at) => targetOf(column, at, choices) || '-').join(',')]];
  return columns.flatMap((column, at): ImportParameters => {
    const chosen = choices[at];
    const isFound = chosen === column.target && column.because !== 'unknown';
    return chosen === undefined || chosen === '' || isFound ? [] : [['map', `${column.name}=${chosen}`]];
  });
}

/** How many columns nobody has decided on. */
export function undecidedCount(columns: InspectedColumn[], choices: Choices): number {
  return columns.filter((column, at) => targetOf(column, at, choices) === '').length;
}
