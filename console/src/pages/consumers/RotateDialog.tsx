import { Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { SecretDialog } from './SecretDialog';

const ROTATE = graphql(`
  mutation ConsumerRotate($input: RotateConsumerSecretInput!) {
    rotateConsumerSecret(input: $input) {
      rotated {
        secret
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface RotateDialogProps {
  code: string;
  onClose: () => void;
  onDone: () => void;
}

/** Makes another secret; the old one goes on for a while, or ends at once. */
export function RotateDialog({ code, onClose, onDone }: RotateDialogProps) {
  const { t } = useTranslation('consumer');
  const [old, setOld] = useState<string>('keep');
  const [secret, setSecret] = useState<string | null>(null);
  const doing = useDoing();
  const rotate = () =>
    doing.run(
      async () => (await act(ROTATE, { input: { code, revokeOthers: old === 'revoke' } })).rotateConsumerSecret,
      ({ rotated }) => {
        onDone();
        if (rotated?.secret) setSecret(rotated.secret);
        else onClose();
      },
    );
  if (secret !== null) return <SecretDialog channel="WEBHOOK" code={code} secret={secret} onClose={onClose} />;
  return (
    <ConfirmDialog
      opened
      title={t('act.rotate.title')}
      hint={t('act.rotate.hint')}
      action={t('act.rotate.action')}
      isDangerous={old === 'revoke'}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void rotate()}
    >
      <Radio.Group label={t('act.rotate.old')} value={old} onChange={setOld}>
        <Stack gap="sm" mt="xs">
          <Radio value="keep" label={t('act.rotate.keep')} description={t('act.rotate.keepHint')} />
          <Radio value="revoke" label={t('act.rotate.revoke')} description={t('act.rotate.revokeHint')} />
        </Stack>
      </Radio.Group>
    </ConfirmDialog>
  );
}
