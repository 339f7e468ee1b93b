import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { WordDiff } from '@/ui/WordDiff';
import type { TypedEdit } from './outbox';

/** A pasted block, as the edits that it comes to. */
export interface Pasted {
  edits: TypedEdit[];
  /** Of items that are not there yet. */
  added: TypedEdit[];
  /** Rows for which there is neither a place nor a code. */
  lost: number;
}

const SHOWN_MAX = 30;

const rowsOf = (edits: TypedEdit[]): number => new Set(edits.map((edit) => edit.row)).size;

interface PasteDialogProps {
  pasted: Pasted;
  onApply: () => void;
  onClose: () => void;
}

/** What a pasted block would change, before it does. */
export function PasteDialog({ pasted, onApply, onClose }: PasteDialogProps) {
  const { t } = useTranslation(['editing', 'common']);
  const all = [...pasted.edits, ...pasted.added];
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('paste.title')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <Stack>
        <Text size="sm">
          {t('paste.sum', { cells: pasted.edits.length, rows: rowsOf(pasted.edits), added: rowsOf(pasted.added) })}
        </Text>
        {pasted.lost > 0 && <Alert color="yellow">{t('paste.beyond', { count: pasted.lost })}</Alert>}
        <Table>
          <Table.Tbody>
            {all.slice(0, SHOWN_MAX).map(({ row, column, text, seen }) => (
              <Table.Tr key={`${row} ${column}`}>
                <Table.Td ff="monospace">{row}</Table.Td>
                <Table.Td c="dimmed">{column}</Table.Td>
                <Table.Td>
                  <WordDiff before={seen} after={text} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {all.length > SHOWN_MAX && (
          <Text size="sm" c="dimmed">
            … +{all.length - SHOWN_MAX}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button data-autofocus disabled={all.length === 0} onClick={onApply}>
            {t('paste.apply')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
