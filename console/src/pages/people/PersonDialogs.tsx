import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { madeUpPassword, PASSWORD_LENGTH_MIN } from '@/components/password';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { PasswordField } from './AddAccountDialog';
import type { ListedAccount } from './listing';

const SET_PASSWORD = graphql(`
  mutation PersonSetPassword($input: SetPasswordInput!) {
    setPassword(input: $input) {
      account {
        name
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const DISABLE = graphql(`
  mutation PersonDisable($input: AccountInput!) {
    disableAccount(input: $input) {
      account {
        name
        disabledAt
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const ENABLE = graphql(`
  mutation PersonEnable($input: AccountInput!) {
    enableAccount(input: $input) {
      account {
        name
        disabledAt
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface DialogProps {
  account: ListedAccount;
  onClose: () => void;
}

/** Gives somebody a password that they change themselves later. */
export function SetPasswordDialog({ account, onClose }: DialogProps) {
  const { t } = useTranslation('people');
  const [password, setPassword] = useState(madeUpPassword);
  const doing = useDoing();
  const set = () =>
    doing.run(
      async () => (await act(SET_PASSWORD, { input: { account: account.name, password } })).setPassword,
      () => {
        notifications.show({ message: t('one.passwordDone') });
        onClose();
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t('one.passwordTitle', { name: account.displayName })}
      hint={t('one.passwordEffect')}
      action={t('one.passwordAction')}
      isReady={[...password].length >= PASSWORD_LENGTH_MIN}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void set()}
    >
      <PasswordField label={t('one.passwordLabel')} value={password} onChange={setPassword} />
    </ConfirmDialog>
  );
}

/** Disables an account, or enables it again. */
export function EnablingDialog({ account, onClose, onDone }: DialogProps & { onDone: () => void }) {
  const { t } = useTranslation('people');
  const doing = useDoing();
  const verb = account.disabledAt ? 'enable' : 'disable';
  const change = () =>
    doing.run(
      async () => {
        const input = { account: account.name };
        return verb === 'enable' ? (await act(ENABLE, { input })).enableAccount : (await act(DISABLE, { input })).disableAccount;
      },
      () => {
        onDone();
        onClose();
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t(`one.${verb}Title`, { name: account.displayName })}
      hint={t(`one.${verb}Hint`)}
      action={t(`one.${verb}`)}
      isDangerous={verb === 'disable'}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void change()}
    />
  );
}
