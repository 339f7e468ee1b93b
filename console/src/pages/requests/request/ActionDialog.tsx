import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { InstantField } from '@/ui/DateField';
import { ReasonDialog } from '@/ui/ReasonDialog';
import { Refusals } from '@/ui/Refusals';
import type { Said } from './acting';
import { useRequest } from './context';
import type { Action } from './rights';

/** What is asked before something is done; what is not here is done at once, since it can be taken back. */
export const ASKS: Partial<Record<Action, 'comment' | 'reason' | 'instant' | 'sure'>> = {
  approve: 'comment',
  return: 'reason',
  reject: 'reason',
  schedule: 'instant',
  publish: 'sure',
  withdraw: 'sure',
  reopen: 'sure',
};

interface ActionDialogProps {
  action: Action;
  isBusy: boolean;
  refusals: Refusal[];
  onClose: () => void;
  onConfirm: (said: Said) => void;
}

export function ActionDialog(props: ActionDialogProps) {
  const { t } = useTranslation('request');
  const { action, onConfirm, onClose } = props;
  const kind = ASKS[action];
  const color = action === 'reject' || action === 'withdraw' ? { color: 'red.8' } : {};
  if (kind === 'comment' || kind === 'reason') {
    const which = action === 'return' || action === 'reject' ? action : 'approve';
    return (
      <ReasonDialog
        opened
        title={t(`ask.${which}.title`)}
        hint={t(`ask.${which}.hint`)}
        label={t(`ask.${which}.label`)}
        action={t(`action.${which}`)}
        required={kind === 'reason'}
        isBusy={props.isBusy}
        refusals={props.refusals}
        onClose={onClose}
        onConfirm={(comment) => onConfirm({ comment })}
        {...color}
      />
    );
  }
  if (kind === 'instant') return <ScheduleDialog {...props} />;
  return <SureDialog {...props} />;
}

function SureDialog({ action, isBusy, refusals, onClose, onConfirm }: ActionDialogProps) {
  const { t } = useTranslation(['request', 'common']);
  const { request } = useRequest();
  const which = action === 'withdraw' || action === 'reopen' ? action : 'publish';
  const count = request.dictionaries.reduce((sum, { itemsCount }) => sum + itemsCount, 0);
  const color = which === 'withdraw' ? { color: 'red.8' } : {};
  return (
    <Modal opened onClose={onClose} title={t(`ask.${which}.title`)}>
      <Stack>
        <Text size="sm">{t(`ask.${which}.hint`, { count })}</Text>
        <Refusals refusals={refusals} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button data-autofocus loading={isBusy} onClick={() => onConfirm({})} {...color}>
            {t(`action.${which}`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Tomorrow at nine in the morning, local time: when things are usually to go out. */
function tomorrow(): string {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  at.setHours(9, 0, 0, 0);
  return at.toISOString();
}

function ScheduleDialog({ isBusy, refusals, onClose, onConfirm }: ActionDialogProps) {
  const { t } = useTranslation(['request', 'common']);
  const { request } = useRequest();
  const [at, setAt] = useState<string | null>(request.scheduledAt ?? tomorrow());
  const [opened] = useState(() => Date.now());
  const isPast = at !== null && Date.parse(at) <= opened;
  return (
    <Modal opened onClose={onClose} title={t('ask.schedule.title')}>
      <Stack>
        <InstantField
          label={t('ask.schedule.label')}
          description={t('ask.schedule.hint')}
          value={at}
          onChange={setAt}
          error={isPast ? t('ask.schedule.past') : null}
        />
        <Refusals refusals={refusals} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button disabled={at === null || isPast} loading={isBusy} onClick={() => at && onConfirm({ at })}>
            {t('action.schedule')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
