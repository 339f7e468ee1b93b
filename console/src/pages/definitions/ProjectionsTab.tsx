import { Code, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconFileExport } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProjectionDefinition } from '@/components/definition/definition';
import { Empty } from '@/ui/Empty';
import { localized } from '@/ui/format';
import { useEditing } from './editing';

/** The files of receivers, to be looked at. */
export function ProjectionsTab() {
  const { t } = useTranslation('definition');
  const { definition } = useEditing();
  const projections = definition.projections ?? [];
  if (projections.length === 0) {
    return <Empty icon={IconFileExport} title={t('projections.none')} hint={t('projections.noneHint')} />;
  }
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('projections.lead')}
      </Text>
      {projections.map((projection) => (
        <Projection key={projection.code} projection={projection} />
      ))}
    </Stack>
  );
}

function Projection({ projection }: { projection: ProjectionDefinition }) {
  const { t } = useTranslation('definition');
  const name = localized(projection.name);
  const form = [projection.encoding, projection.separator].filter(Boolean).join('  ');
  return (
    <Paper withBorder p="md" component="section" aria-label={name}>
      <Title order={2} size="h4">
        {name}
      </Title>
      <Text size="xs" c="dimmed" mt={2}>
        <Code>{projection.code}</Code> {t('projections.columns', { count: projection.columns.length })}
        {form && ` · ${form}`}
      </Text>
      {localized(projection.description) && (
        <Text size="sm" mt={6}>
          {localized(projection.description)}
        </Text>
      )}
      <Table mt="sm" verticalSpacing={4} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="34%">{t('projections.column')}</Table.Th>
            <Table.Th>{t('projections.value')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {projection.columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{column.name}</Table.Td>
              <Table.Td>
                <Text span size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                  {column.value ?? ''}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
