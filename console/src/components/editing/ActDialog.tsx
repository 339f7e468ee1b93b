import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ItemEditInput } from '@/api/gql/graphql';
import { useBusy } from '@/api/asking';
import type { Refusal } from '@/api/refusals';
import { DateField } from '@/ui/DateField';
import { periodText } from '@/ui/Period';
import { Refusals } from '@/ui/Refusals';
import { ItemsSelect } from '../ItemsSelect';
import type { EditingSession } from './EditingSession';

/** What is done with items as a whole. */
export type ItemAct = 'retire' | 'annul' | 'restore' | 'close';

interface ActDialogProps {
  kind: ItemAct;
  dictionary: string;
  codes: string[];
  on: string;
  session: EditingSession;
  onDone: () => void;
  onClose: () => void;
}

/** Asks what an act upon items needs – a date, a reason, successors – and puts it into the request. */
export function ActDialog({ kind, dictionary, codes, on, session, onDone, onClose }: ActDialogProps) {
  const { t } = useTranslation(['editing', 'common']);
  const { t: common } = useTranslation();
  const [from, setFrom] = useState<string | null>(on);
  const [until, setUntil] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [successors, setSuccessors] = useState<string[]>([]);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const needsReason = kind === 'retire' || kind === 'annul';
  const edit = (code: string): ItemEditInput => {
    const of = { dictionary, code };
    if (kind === 'retire') return { retire: { ...of, on: from ?? on, reason: reason.trim(), successors } };
    if (kind === 'annul') return { annul: { ...of, reason: reason.trim() } };
    if (kind === 'restore') return { restore: { ...of, on: from ?? on } };
    return { closeInterval: { ...of, validFrom: from, validTo: until } };
  };
  const save = () =>
    run(async () => {
      const refused = await session.send(codes.map(edit));
      setRefusals(refused);
      if (refused.length === 0) onDone();
    });
  const dates = { retire: t('act.retireOn'), restore: t('act.restoreOn'), close: t('form.from'), annul: '' };
  const title = codes.length > 1 ? t('act.several', { act: t(`act.${kind}`), count: codes.length }) : t(`act.${kind}`);
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // The form of the card, inside which this dialog stands, must not take it for its own.
          event.stopPropagation();
          void save();
        }}
      >
        <Stack>
          <Text size="sm">{t(`act.hint.${kind}`)}</Text>
          {kind !== 'annul' && <DateField label={dates[kind]} value={from} onChange={setFrom} isClearable={kind === 'close'} />}
          {kind === 'close' && (
            <>
              <DateField label={t('form.until')} value={until} onChange={setUntil} isClearable />
              <Text size="sm" c="dimmed">
                {t('act.closed', { period: periodText(common, from, until) })}
              </Text>
            </>
          )}
          {needsReason && (
            <TextInput
              data-autofocus
              label={t('act.reason')}
              placeholder={t(`act.example.${kind === 'annul' ? 'annul' : 'retire'}`)}
              required
              withAsterisk={false}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {kind === 'retire' && (
            <ItemsSelect
              dictionary={dictionary}
              label={t('act.successors')}
              description={t('act.successorsHint')}
              value={successors}
              onChange={setSuccessors}
              {...(from ? { validOn: from } : {})}
            />
          )}
          <Refusals refusals={refusals} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel', { ns: 'common' })}
            </Button>
            <Button type="submit" loading={isBusy} disabled={needsReason && reason.trim() === ''}>
              {t('act.do')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
