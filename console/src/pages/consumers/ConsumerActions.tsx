import { ActionIcon, Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconDotsVertical,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconRotateClockwise,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useDoing } from '@/api/doing';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { doPlain, type PlainAct } from './acts';
import type { WholeConsumer } from './ConsumerPage';
import { EditDialog } from './EditDialog';
import { ReplayDialog } from './ReplayDialog';
import { RotateDialog } from './RotateDialog';

type Dialog = PlainAct | 'replay' | 'rotate' | 'edit';

interface ConsumerActionsProps {
  consumer: WholeConsumer;
  onChanged: () => void;
}

/** What can be done to a consumer; each asks first and says what it will do. */
export function ConsumerActions({ consumer, onChanged }: ConsumerActionsProps) {
  const { t } = useTranslation('consumer');
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const isDelivered = consumer.channel !== 'PULL';
  const mayResume = consumer.state !== 'ACTIVE' || consumer.failures > 0;
  const mayPause = consumer.state !== 'PAUSED' && consumer.state !== 'ENDED';
  return (
    <>
      {isDelivered && (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => setDialog('ping')}>
          {t('act.ping.action')}
        </Button>
      )}
      {mayResume && (
        <Button
          variant={mayPause ? 'default' : 'filled'}
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          onClick={() => setDialog('resume')}
        >
          {t('act.resume.action')}
        </Button>
      )}
      {mayPause && (
        <Button variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={() => setDialog('pause')}>
          {t('act.pause.action')}
        </Button>
      )}
      <Menu position="bottom-end" shadow="md" width={260}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('act.more')}>
            <IconDotsVertical size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setDialog('edit')}>
            {t('act.edit')}
          </Menu.Item>
          <Menu.Item leftSection={<IconRotateClockwise size={16} aria-hidden />} onClick={() => setDialog('replay')}>
            {t('act.replay.open')}
          </Menu.Item>
          {consumer.channel === 'WEBHOOK' && (
            <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => setDialog('rotate')}>
              {t('act.rotate.open')}
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconTrash size={16} aria-hidden />}
            c="var(--svod-annulled)"
            onClick={() => setDialog('remove')}
          >
            {t('act.remove.open')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'edit' && <EditDialog consumer={consumer} onClose={close} onDone={onChanged} />}
      {dialog === 'replay' && <ReplayDialog consumer={consumer} onClose={close} onDone={onChanged} />}
      {dialog === 'rotate' && <RotateDialog code={consumer.code} onClose={close} onDone={onChanged} />}
      {dialog !== null && dialog !== 'edit' && dialog !== 'replay' && dialog !== 'rotate' && (
        <PlainDialog name={dialog} consumer={consumer} onClose={close} onDone={onChanged} />
      )}
    </>
  );
}

interface PlainDialogProps {
  name: PlainAct;
  consumer: WholeConsumer;
  onClose: () => void;
  onDone: () => void;
}

function PlainDialog({ name, consumer, onClose, onDone }: PlainDialogProps) {
  const { t } = useTranslation('consumer');
  const navigate = useNavigate();
  const doing = useDoing();
  const confirm = () =>
    doing.run(
      () => doPlain(name, consumer.code),
      () => {
        onClose();
        notifications.show({ message: t(`act.${name}.done`) });
        if (name === 'remove') void navigate('/consumers');
        else onDone();
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t(`act.${name}.title`, { title: consumer.title })}
      hint={t(`act.${name}.hint`)}
      action={t(`act.${name}.action`)}
      isDangerous={name === 'remove'}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void confirm()}
    />
  );
}
