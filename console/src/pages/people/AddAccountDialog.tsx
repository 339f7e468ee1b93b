import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { madeUpPassword } from '@/components/password';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Copy } from '@/ui/Copy';
import type { Kind } from './listing';

const ADD = graphql(`
  mutation PeopleAdd($input: AddAccountInput!) {
    addAccount(input: $input) {
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

interface AddAccountDialogProps {
  kind: Kind;
  onClose: () => void;
  onAdded: (name: string) => void;
}

/** Makes an account for a person, with a first password, or for a system, which comes with tokens. */
export function AddAccountDialog({ kind, onClose, onAdded }: AddAccountDialogProps) {
  const { t } = useTranslation('people');
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState(madeUpPassword);
  const doing = useDoing();
  const input = {
    name: name.trim(),
    displayName: displayName.trim(),
    kind,
    ...(kind === 'PERSON' && password ? { password } : {}),
  };
  const add = () =>
    doing.run(
      async () => (await act(ADD, { input })).addAccount,
      () => onAdded(input.name),
    );
  return (
    <ConfirmDialog
      opened
      title={t(kind === 'PERSON' ? 'new.personTitle' : 'new.systemTitle')}
      {...(kind === 'SYSTEM' ? { hint: t('new.systemHint') } : {})}
      action={t('new.action')}
      isReady={input.name !== '' && input.displayName !== ''}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void add()}
    >
      <TextInput
        data-autofocus
        required
        label={t('new.displayName')}
        placeholder={t(`new.displayExample${kind}`)}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <TextInput
        required
        label={t('new.name')}
        description={t('new.nameHint')}
        placeholder={t(`new.nameExample${kind}`)}
        autoComplete="off"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {kind === 'PERSON' && <PasswordField label={t('new.password')} value={password} onChange={setPassword} />}
    </ConfirmDialog>
  );
}

interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (password: string) => void;
}

/** A password for somebody else: seen, so that it can be handed over. */
export function PasswordField({ label, value, onChange }: PasswordFieldProps) {
  const { t } = useTranslation('people');
  return (
    <div>
      <TextInput
        label={label}
        autoComplete="off"
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap="xs" mt={8}>
        <Button size="xs" variant="default" onClick={() => onChange(madeUpPassword())}>
          {t('new.generate')}
        </Button>
        <Copy value={value} what={label} />
      </Group>
      <Text size="xs" c="dimmed" mt={8}>
        {t('new.passwordHint')}
      </Text>
    </div>
  );
}
