import { Button, Checkbox, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Refusals } from '@/ui/Refusals';
import { Secret } from '@/ui/Secret';
import { actOn, type ConsumerAct } from './consumerActs';

interface ActDialogProps {
  kind: ConsumerAct;
  consumer: string;
  onClose: () => void;
  onDone: () => void;
}

/** Says what an act will do before it is done, and shows a new secret after. */
export function ActDialog({ kind, consumer, onClose, onDone }: ActDialogProps) {
  const { t } = useTranslation(['consumer', 'common']);
  const navigate = useNavigate();
  const [from, setFrom] = useState<number | string>(1);
  const [revokeOthers, setRevokeOthers] = useState(false);
  const [secret, setSecret] = useState('');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const go = () =>
    run(async () => {
      try {
        const done = await actOn(kind, consumer, { from: String(from), revokeOthers });
        setRefusals(done.refusals);
        if (done.refusals.length > 0) return;
        onDone();
        if (done.secret) setSecret(done.secret);
        else if (kind === 'remove') await navigate('/consumers');
        else onClose();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`act.${kind}`)}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <Stack>
        {secret ? (
          <Secret label={consumer} secret={secret}>
            {t('form.secretHint')}
          </Secret>
        ) : (
          <>
            <Text size="sm">{t(`act.${kind}Hint`)}</Text>
            {kind === 'replay' && (
              <NumberInput label={t('act.replayFrom')} min={1} value={from} onChange={setFrom} hideControls />
            )}
            {kind === 'rotate' && (
              <Checkbox
                label={t('act.revokeOthers')}
                checked={revokeOthers}
                onChange={(event) => setRevokeOthers(event.currentTarget.checked)}
              />
            )}
            <Refusals refusals={refusals} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('action.cancel', { ns: 'common' })}
              </Button>
              <Button data-autofocus loading={isBusy} onClick={() => void go()}>
                {t(`act.${kind}`)}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
