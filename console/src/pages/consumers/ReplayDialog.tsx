import { NumberInput, Radio, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDoing } from '@/api/doing';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { replay } from './acts';
import type { WholeConsumer } from './ConsumerPage';

interface ReplayDialogProps {
  consumer: WholeConsumer;
  onClose: () => void;
  onDone: () => void;
}

/** Sends events again from a publication on, or all of them. */
export function ReplayDialog({ consumer, onClose, onDone }: ReplayDialogProps) {
  const { t } = useTranslation('consumer');
  const [from, setFrom] = useState<string>('publication');
  const [number, setNumber] = useState<string | number>(Math.max(consumer.position.publication, 1));
  const doing = useDoing();
  const isReady = from === 'start' || Number(number) >= 1;
  const send = () =>
    doing.run(
      () => replay(consumer.code, from === 'start' ? 'start' : String(number)),
      () => {
        notifications.show({ message: t('act.replay.done') });
        onDone();
        onClose();
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t('act.replay.title', { title: consumer.title })}
      hint={t('act.replay.hint')}
      action={t('act.replay.action')}
      isReady={isReady}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void send()}
    >
      <Radio.Group label={t('act.replay.from')} value={from} onChange={setFrom}>
        <Stack gap="sm" mt="xs">
          <Radio value="publication" label={t('act.replay.publication')} />
          <Radio value="start" label={t('act.replay.start')} description={t('act.replay.startHint')} />
        </Stack>
      </Radio.Group>
      {from === 'publication' && (
        <NumberInput
          label={t('act.replay.number')}
          w={200}
          min={1}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={number}
          onChange={setNumber}
        />
      )}
    </ConfirmDialog>
  );
}
