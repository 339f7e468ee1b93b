import { Kbd, Modal, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ACTIONS, KEYS, type Action } from './rights';

interface KeysDialogProps {
  opened: boolean;
  /** What can be done now; the rest is told, but paler. */
  available: Action[];
  onClose: () => void;
}

/** The keys of the page. */
export function KeysDialog({ opened, available, onClose }: KeysDialogProps) {
  const { t } = useTranslation(['request', 'common']);
  const more = [
    ['1 – 6', t('keys.tabs')],
    ['J / K', t('keys.walk')],
    ['C', t('keys.comment')],
    ['E', t('keys.edit')],
    ['?', t('keys.help')],
  ] as const;
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys.title')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('keys.lead')}
      </Text>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {ACTIONS.map((action) => (
            <Table.Tr key={action}>
              <Table.Td w={90}>
                <Kbd>{KEYS[action]}</Kbd>
              </Table.Td>
              <Table.Td>
                {t(`action.${action}`)}
                {!available.includes(action) && (
                  <Text span size="sm" c="dimmed">
                    {' '}
                    — {t('keys.notNow')}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
          {more.map(([key, what]) => (
            <Table.Tr key={key}>
              <Table.Td>
                <Kbd>{key}</Kbd>
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
