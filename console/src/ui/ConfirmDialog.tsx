import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/refusals';
import { Refusals } from './Refusals';

interface ConfirmDialogProps {
  opened: boolean;
  title: string;
  /** What will happen. */
  hint?: ReactNode;
  /** What there is to fill in. */
  children?: ReactNode;
  /** What the button that does it says. */
  action: string;
  isDangerous?: boolean;
  isReady?: boolean;
  isBusy: boolean;
  refusals: Refusal[];
  size?: string;
  onClose: () => void;
  onConfirm: () => void;
}

/** Says what will happen before it does, asks what it must know, and shows why it did not. Enter confirms. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} size={props.size ?? 'md'}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (props.isReady ?? true) props.onConfirm();
        }}
      >
        <Stack>
          {props.hint && (
            <Text size="sm" component="div">
              {props.hint}
            </Text>
          )}
          {props.children}
          <Refusals refusals={props.refusals} />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('action.cancel')}
            </Button>
            <Button
              type="submit"
              loading={props.isBusy}
              disabled={!(props.isReady ?? true)}
              {...(props.isDangerous ? { color: 'red.9' } : {})}
            >
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
