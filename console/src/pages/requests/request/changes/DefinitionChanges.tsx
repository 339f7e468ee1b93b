import { Anchor, Code, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { localized } from '@/ui/format';
import { WordDiff } from '@/ui/WordDiff';
import { useRequest } from '../context';
import { REQUEST_DEFINITIONS } from './reading';

function written(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What changes in the passports and structures of dictionaries; nothing where they stay. */
export function DefinitionChanges() {
  const { t } = useTranslation('request');
  const { request } = useRequest();
  const isAny = request.dictionaries.some(({ definitionChanged }) => definitionChanged);
  const { data } = useAsk(REQUEST_DEFINITIONS, { id: request.id }, { pause: !isAny });
  const changed = (data?.changeRequest?.dictionaries ?? []).filter(({ definitionChanged }) => definitionChanged);
  if (!isAny) return null;
  return (
    <Stack gap="sm">
      {changed.map(({ dictionaryCode, dictionary, definitionChanges }) => {
        const name = request.dictionaries.find((each) => each.dictionaryCode === dictionaryCode)?.dictionary?.name;
        return (
          <Paper key={dictionaryCode} withBorder p="md">
            <Title order={3} mb="xs">
              {dictionary
                ? t('definition.changed', { name: localized(name) || dictionaryCode })
                : t('definition.new', { name: dictionaryCode })}
            </Title>
            {definitionChanges.length > 0 && (
              <Table verticalSpacing={6}>
                <Table.Tbody>
                  {definitionChanges.map(({ path, before, after }) => (
                    <Table.Tr key={path}>
                      <Table.Td w="35%">
                        <Code>{path}</Code>
                      </Table.Td>
                      <Table.Td>
                        <WordDiff before={written(before)} after={written(after)} />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
            {definitionChanges.length === 0 && <Text size="sm">{t('definition.newHint')}</Text>}
            <Anchor component={Link} to={`/definitions/${dictionaryCode}?request=${request.id}`} size="sm">
              {t('definition.open')}
            </Anchor>
          </Paper>
        );
      })}
    </Stack>
  );
}
