import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Tone } from '@/ui/Badges';

interface StatusProps {
  isNew: boolean;
  /** In how many places it differs from what was opened. */
  count: number;
  wrong: number;
}

/** How far one is: what was changed, and what is still wrong. It is read aloud as it changes. */
export function Status({ isNew, count, wrong }: StatusProps) {
  const { t } = useTranslation('definition');
  const changed = isNew ? t('status.new') : count === 0 ? t('status.clean') : t('status.changed', { count });
  return (
    <Group gap={6} role="status">
      <Tone tone={isNew || count > 0 ? 'changed' : 'retired'}>{changed}</Tone>
      {wrong > 0 && <Tone tone="annulled">{t('status.wrong', { count: wrong })}</Tone>}
    </Group>
  );
}

/** Takes all edits back, once one is sure. */
export function DiscardButton({ isChanged, onDiscard }: { isChanged: boolean; onDiscard: () => void }) {
  const { t } = useTranslation(['definition', 'common']);
  const [isAsking, { open, close }] = useDisclosure();
  if (!isChanged) return null;
  return (
    <>
      <Button variant="subtle" onClick={open}>
        {t('discard')}
      </Button>
      <Modal opened={isAsking} onClose={close} title={t('discardSure')}>
        <Stack>
          <Text size="sm">{t('discardHint')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('action.cancel', { ns: 'common' })}
            </Button>
            <Button
              color="red"
              onClick={() => {
                onDiscard();
                close();
              }}
            >
              {t('discard')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
