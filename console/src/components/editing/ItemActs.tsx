import { Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { IconBan, IconDots, IconRestore, IconScissors, IconTrash, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { ItemEditInput } from '@/api/gql/graphql';
import { act, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { language } from '@/i18n';
import { Refusals } from '@/ui/Refusals';
import { saveEdits } from './saving';

const DISCARD = graphql(`
  mutation EditingDiscard($input: DiscardItemChangeInput!) {
    discardItemChange(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface ItemActsProps {
  requestId: string;
  dictionary: string;
  code: string;
  on: string;
  revision: number;
  onSaved: (revision: number) => void;
  onDone: () => void;
}

type Kind = 'retire' | 'annul' | 'restore' | 'close';

/** What can be done with an item beside changing its values. */
export function ItemActs(props: ItemActsProps) {
  const { t } = useTranslation('editing');
  const [kind, setKind] = useState<Kind>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [, run] = useBusy();
  const discard = () =>
    run(async () => {
      const { requestId: changeRequest, revision, dictionary, code } = props;
      try {
        const { discardItemChange: done } = await act(DISCARD, { input: { changeRequest, revision, dictionary, code } });
        setRefusals(done.errors);
        if (done.errors.length > 0 || !done.changeRequest) return;
        props.onSaved(done.changeRequest.revision);
        props.onDone();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <>
      <Menu position="top-start" shadow="md">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} aria-hidden />}>
            {t('act.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconX size={16} aria-hidden />} onClick={() => setKind('retire')}>
            {t('act.retire')}
          </Menu.Item>
          <Menu.Item leftSection={<IconScissors size={16} aria-hidden />} onClick={() => setKind('close')}>
            {t('act.close')}
          </Menu.Item>
          <Menu.Item leftSection={<IconRestore size={16} aria-hidden />} onClick={() => setKind('restore')}>
            {t('act.restore')}
          </Menu.Item>
          <Menu.Item leftSection={<IconBan size={16} aria-hidden />} onClick={() => setKind('annul')}>
            {t('act.annul')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => void discard()}>
            {t('act.discard')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Refusals refusals={refusals} />
      {kind && <ActDialog {...props} kind={kind} onClose={() => setKind(undefined)} />}
    </>
  );
}

function ActDialog({
  requestId,
  dictionary,
  code,
  on,
  revision,
  onSaved,
  onDone,
  kind,
  onClose,
}: ItemActsProps & { kind: Kind; onClose: () => void }) {
  const { t } = useTranslation(['editing', 'common']);
  const [from, setFrom] = useState<string | null>(on);
  const [until, setUntil] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [successors, setSuccessors] = useState('');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const edit = (): ItemEditInput => {
    const of = { dictionary, code };
    if (kind === 'retire') {
      const codes = successors.split(/[,\s]+/).filter((each) => each !== '');
      return { retire: { ...of, on: from ?? on, reason: reason.trim(), successors: codes } };
    }
    if (kind === 'annul') return { annul: { ...of, reason: reason.trim() } };
    if (kind === 'restore') return { restore: { ...of, on: from ?? on } };
    return { closeInterval: { ...of, validFrom: from, validTo: until } };
  };
  const save = () =>
    run(async () => {
      try {
        const saved = await saveEdits(requestId, revision, [edit()]);
        setRefusals(saved.refusals);
        if (saved.refusals.length > 0 || saved.revision === undefined) return;
        onSaved(saved.revision);
        onDone();
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  const hints = { retire: t('act.retireHint'), annul: t('act.annulHint'), restore: '', close: '' };
  const needsReason = kind === 'retire' || kind === 'annul';
  const date = { valueFormat: 'DD.MM.YYYY', locale: language() };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`act.${kind}`)}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <Stack>
        {hints[kind] && <Text size="sm">{hints[kind]}</Text>}
        {kind !== 'annul' && (
          <DateInput
            {...date}
            label={kind === 'retire' ? t('act.retireOn') : kind === 'restore' ? t('act.restoreOn') : t('form.from')}
            value={from}
            onChange={setFrom}
          />
        )}
        {kind === 'close' && <DateInput {...date} label={t('form.until')} value={until} onChange={setUntil} clearable />}
        {needsReason && (
          <TextInput
            data-autofocus
            label={t('act.reason')}
            required
            withAsterisk={false}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        {kind === 'retire' && (
          <TextInput
            label={t('act.successors')}
            value={successors}
            onChange={(event) => setSuccessors(event.currentTarget.value)}
          />
        )}
        <Refusals refusals={refusals} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel', { ns: 'common' })}
          </Button>
          <Button loading={isBusy} disabled={needsReason && reason.trim() === ''} onClick={() => void save()}>
            {t('act.do')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
