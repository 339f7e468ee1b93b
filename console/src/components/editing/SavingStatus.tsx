import { Button, Group, Text } from '@mantine/core';
import { IconCloudCheck, IconCloudOff, IconCloudUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { countOf } from './outbox';
import type { Editing } from './useEditing';

/** Whether everything that was typed is in the request, in words. */
export function SavingStatus({ editing }: { editing: Editing }) {
  const { t } = useTranslation('editing');
  const count = countOf(editing.outbox);
  const isSaved = count === 0;
  const Picture = editing.state === 'offline' ? IconCloudOff : isSaved ? IconCloudCheck : IconCloudUp;
  const words = () => {
    if (editing.state === 'offline') return t('status.offline');
    if (editing.state === 'saving') return t('status.saving');
    return isSaved ? t('status.saved') : t('status.waiting', { count });
  };
  const tone = editing.state === 'offline' ? 'annulled' : isSaved ? 'added' : 'changed';
  return (
    <Group gap="xs" style={{ color: `var(--svod-${tone})` }}>
      <Picture size={16} aria-hidden />
      <Text size="sm" role="status">
        {words()}
      </Text>
      {!isSaved && editing.state === 'waiting' && (
        <Button size="compact-xs" variant="default" onClick={editing.flush}>
          {t('action.save', { ns: 'common' })}
        </Button>
      )}
    </Group>
  );
}
