import { Modal, Stack, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { session } from '@/api/session';
import { useMe } from '@/api/me';
import { SignInForm } from './SignInForm';

/** Over the page when the session is over: the page and what was typed stay, and what was asked meanwhile goes on afterwards. */
export function SignInAgain() {
  const { t } = useTranslation();
  const state = useSyncExternalStore(session.subscribe, session.state);
  const me = useMe();
  const known = me?.account.name ?? '';
  const back = (name: string) => {
    session.isBack();
    // Somebody else sees another service: nothing of the former person stays on the page.
    if (known !== '' && name !== known) location.reload();
  };
  return (
    <Modal
      opened={state === 'over'}
      onClose={() => undefined}
      withCloseButton={false}
      title={t('signIn.again')}
      closeOnClickOutside={false}
    >
      <Stack>
        <Text size="sm">{t('signIn.againHint')}</Text>
        <SignInForm name={known} onSignedIn={back} />
      </Stack>
    </Modal>
  );
}
