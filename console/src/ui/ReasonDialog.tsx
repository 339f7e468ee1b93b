import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { Refusals } from './Refusals';

interface ReasonDialogProps {
  opened: boolean;
  title: string;
  hint?: string;
  label: string;
  /** What the button that does it says. */
  action: string;
  color?: string;
  required?: boolean;
  isBusy?: boolean;
  /** Why it was not done; what was typed stays. */
  refusals?: Refusal[];
  onClose: () => void;
  onConfirm: (reason: string) => void;
}

const NONE: Refusal[] = [];

/** Asks for a reason before something is decided. Ctrl+Enter decides. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const isReady = !props.required || reason.trim() !== '';
  const confirm = () => isReady && props.onConfirm(reason.trim());
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <Stack>
        {props.hint && <Text size="sm">{props.hint}</Text>}
        <Textarea
          data-autofocus
          label={props.label}
          required={props.required ?? false}
          autosize
          minRows={3}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) confirm();
          }}
        />
        <Refusals refusals={props.refusals ?? NONE} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            {...(props.color ? { color: props.color } : {})}
            disabled={!isReady}
            loading={props.isBusy ?? false}
            onClick={confirm}
          >
            {props.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
