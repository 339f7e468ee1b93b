import { Button, Group, Text } from '@mantine/core';
import { IconCloudCheck, IconCloudOff, IconCloudPause, IconCloudUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { EditingSession, EditingState } from './EditingSession';
import { countOf } from './outbox';
import classes from './Editing.module.css';

interface SavingStatusProps {
  session: EditingSession;
  state: EditingState;
  /** How many rows wait until they are mended. */
  stuck: number;
}

/** Whether everything that was typed is in the request, in words. */
export function SavingStatus({ session, state, stuck }: SavingStatusProps) {
  const { t } = useTranslation(['editing', 'common']);
  const { Icon, words, tone } = usePicture(state, stuck);
  const isWaiting = Object.keys(state.outbox.rows).length > stuck && state.saving === 'idle';
  return (
    <Group gap="xs" className={classes['status'] ?? ''} style={{ color: `var(--svod-${tone})` }} wrap="nowrap">
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

function usePicture(state: EditingState, stuck: number) {
  const { t } = useTranslation('editing');
  const count = countOf(state.outbox);
  if (state.saving === 'offline') return { Icon: IconCloudOff, words: t('status.offline'), tone: 'annulled' };
  if (state.saving === 'saving') return { Icon: IconCloudUp, words: t('status.saving'), tone: 'changed' };
  if (count === 0) return { Icon: IconCloudCheck, words: t('status.saved'), tone: 'added' };
  const words = stuck > 0 ? t('status.wrong', { count: stuck }) : t('status.waiting', { count });
  return { Icon: IconCloudPause, words, tone: 'changed' };
}
