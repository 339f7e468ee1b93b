import { Button, Group, Text } from '@mantine/core';
import { IconCloudCheck, IconCloudOff, IconCloudPause, IconCloudUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { EditingSession, EditingState } from './EditingSession';
import { countOf, isEmpty } from './outbox';

interface SavingStatusProps {
  session: EditingSession;
  state: EditingState;
  /** How many items are wrong. */
  wrong: number;
}

/** Whether everything that was typed is in the request, in words. */
export function SavingStatus({ session, state, wrong }: SavingStatusProps) {
  const { t } = useTranslation(['editing', 'common']);
  const { Icon, words, tone } = usePicture(state, wrong);
  const isWaiting = !isEmpty(state.outbox) && state.saving === 'idle';
  return (
    <Group gap="xs" style={{ color: `var(--svod-${tone})` }} wrap="nowrap">
      <Icon size={16} aria-hidden />
      <Text size="sm" role="status" data-testid="saving">
        {words}
      </Text>
      {isWaiting && (
        <Button size="compact-xs" variant="default" title="Ctrl+S" onClick={session.flush}>
          {t('action.save', { ns: 'common' })}
        </Button>
      )}
    </Group>
  );
}

function usePicture(state: EditingState, wrong: number) {
  const { t } = useTranslation('editing');
  const count = countOf(state.outbox);
  if (state.saving === 'offline') return { Icon: IconCloudOff, words: t('status.offline'), tone: 'annulled' };
  if (state.saving === 'saving') return { Icon: IconCloudUp, words: t('status.saving'), tone: 'changed' };
  if (count === 0) return { Icon: IconCloudCheck, words: t('status.saved'), tone: 'added' };
  const words = wrong > 0 ? t('status.wrong', { count: wrong }) : t('status.waiting', { count });
  return { Icon: IconCloudPause, words, tone: 'changed' };
}
