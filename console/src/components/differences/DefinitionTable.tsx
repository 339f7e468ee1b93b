import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { DefinitionDifferences } from '@/components/definition/DefinitionDifferences';
import { pieceWords, placeWords, type NameOf } from '@/components/definition/differenceWords';
import { localized } from '@/ui/format';
import { useAttributes } from './attributes';

/** Something of a definition that changed, as the API gives it. */
export interface DefinitionChangeSaid {
  path: string;
  before?: unknown;
  after?: unknown;
}

/** What the attributes and values of a published dictionary are called. */
function useNameOf(dictionary: string): NameOf {
  const attributes = useAttributes(dictionary);
  return useCallback(
    (list, code) => {
      const described = list === 'values' ? attributes.flatMap(({ values }) => values) : list === 'attributes' ? attributes : [];
      return localized(described.find((each) => each.code === code)?.label) || undefined;
    },
    [attributes],
  );
}

/** Changes of a definition in words: where, what it was and what it is. */
export function useDefinitionWords(dictionary: string) {
  const { t } = useTranslation(['definition', 'common']);
  const nameOf = useNameOf(dictionary);
  return ({ path, before, after }: DefinitionChangeSaid) => {
    const difference = { path, before, after };
    return {
      path,
      where: placeWords(t, difference, nameOf),
      before: pieceWords(t, difference, 'before'),
      after: pieceWords(t, difference, 'after'),
    };
  };
}

interface DefinitionTableProps {
  dictionary: string;
  changes: DefinitionChangeSaid[];
}

/** What changed in the passport and the structure of a dictionary. */
export function DefinitionTable({ dictionary, changes }: DefinitionTableProps) {
  const nameOf = useNameOf(dictionary);
  return <DefinitionDifferences list={changes.map(({ path, before, after }) => ({ path, before, after }))} nameOf={nameOf} />;
}
