import { Alert, Button, Group, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatCount } from '@/ui/format';
import type { GridColumn } from '@/ui/grid/Grid';
import { shownText } from '@/ui/grid/values';
import { WordDiff } from '@/ui/WordDiff';
import type { TypedEdit } from './outbox';

/** A pasted block, as the edits that it comes to. */
export interface Pasted {
  edits: TypedEdit[];
  /** The codes that nothing has yet. */
  added: Set<string>;
  /** Rows for which there is neither a place nor a code. */
  lost: number;
  /** Headers that no column has. */
  unknown: string[];
}

const SHOWN_MAX = 50;

interface PasteDialogProps {
  pasted: Pasted;
  columns: GridColumn[];
  onApply: () => void;
  onClose: () => void;
}

/** What a pasted block would change, before it does. */
export function PasteDialog({ pasted, columns, onApply, onClose }: PasteDialogProps) {
  const { t } = useTranslation(['editing', 'common']);
  const { edits, added, lost, unknown } = pasted;
  const changed = edits.filter(({ row }) => !added.has(row));
  const known = new Map(columns.map((column) => [column.id, column]));
  const words = { yes: t('yes', { ns: 'common' }), no: t('no', { ns: 'common' }) };
  const shown = (id: string, text: string) => {
    const column = known.get(id);
    return column ? shownText(column, { id: '', cells: { [id]: text } }, words) : text;
  };
  const rows = new Set(changed.map(({ row }) => row)).size;
  const sum = [
    changed.length > 0 && `${t('paste.changed', { count: changed.length })} ${t('paste.rows', { count: rows })}.`,
    added.size > 0 && `${t('paste.added', { count: added.size })}.`,
  ].filter((part) => part !== false);
  return (
    <Modal opened onClose={onClose} size="xl" title={t('paste.title')}>
      <Stack>
        <Text>{sum.length > 0 ? sum.join(' ') : t('paste.nothing')}</Text>
        {unknown.length > 0 && <Note>{t('paste.unknown', { titles: unknown.map((title) => `«${title}»`).join(', ') })}</Note>}
        {lost > 0 && <Note>{t('paste.lost', { count: lost })}</Note>}
        {edits.length > 0 && (
          <ScrollArea.Autosize mah="50dvh" tabIndex={0} aria-label={t('paste.list')} role="region">
            <Table stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('form.code')}</Table.Th>
                  <Table.Th>{t('paste.column')}</Table.Th>
                  <Table.Th>{t('paste.becomes')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {edits.slice(0, SHOWN_MAX).map(({ row, column, text, seen }) => (
                  <Table.Tr key={`${row} ${column}`}>
                    <Table.Td ff="monospace">{row}</Table.Td>
                    <Table.Td c="dimmed">{known.get(column)?.title ?? column}</Table.Td>
                    <Table.Td>
                      <WordDiff before={shown(column, seen)} after={shown(column, text)} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollArea.Autosize>
        )}
        {edits.length > SHOWN_MAX && (
          <Text size="sm" c="dimmed">
            {t('paste.more', { count: edits.length - SHOWN_MAX, shown: formatCount(edits.length - SHOWN_MAX) })}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button data-autofocus disabled={edits.length === 0} onClick={onApply}>
            {t('paste.apply')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Note({ children }: { children: string }) {
  return (
    <Alert color="yellow" p="xs" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
      {children}
    </Alert>
  );
}
