import { Code, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { WordDiff } from '@/ui/WordDiff';

/** Something of a definition that changed, as the API gives it. */
export interface DefinitionChangeSaid {
  path: string;
  before?: unknown;
  after?: unknown;
}

/** A value of a definition as text. */
export function definitionText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What changed in the passport and the structure of a dictionary. */
export function DefinitionTable({ changes }: { changes: DefinitionChangeSaid[] }) {
  const { t } = useTranslation('differences');
  return (
    <Table verticalSpacing={6} aria-label={t('definition')}>
      <Table.Tbody>
        {changes.map(({ path, before, after }) => (
          <Table.Tr key={path}>
            <Table.Td w="35%">
              <Code>{path}</Code>
            </Table.Td>
            <Table.Td>
              <WordDiff before={definitionText(before)} after={definitionText(after)} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
