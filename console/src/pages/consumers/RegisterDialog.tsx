import { Group, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act, useAsk } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { DictionariesSelect } from '@/components/DictionariesSelect';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { FilterField } from './FilterField';
import { isReady, NOTHING, registration, type Typed } from './registration';
import { SecretDialog } from './SecretDialog';
import { TargetFields } from './TargetFields';

const REGISTER = graphql(`
  mutation ConsumerRegister($input: RegisterConsumerInput!) {
    registerConsumer(input: $input) {
      registered {
        consumer {
          code
        }
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

const ACCOUNTS = graphql(`
  query ConsumerAccounts {
    accounts(first: 200) {
      nodes {
        name
        displayName
        disabledAt
      }
    }
  }
`);

interface RegisterDialogProps {
  /** Whether it may read with the rights of another account. */
  mayChooseAccount: boolean;
  onClose: () => void;
  onRegistered: (code: string) => void;
}

/** Registers a system that takes the changes, and shows its secret once. */
export function RegisterDialog({ mayChooseAccount, onClose, onRegistered }: RegisterDialogProps) {
  const { t } = useTranslation('consumer');
  const [typed, setTyped] = useState<Typed>(NOTHING);
  const [secret, setSecret] = useState<string | null | undefined>();
  const doing = useDoing();
  const { data } = useAsk(ACCOUNTS, {}, { pause: !mayChooseAccount });
  const accounts = (data?.accounts?.nodes ?? []).filter(({ disabledAt }) => !disabledAt);
  const change = (part: Partial<Typed>) => setTyped((current) => ({ ...current, ...part }));
  const register = () =>
    doing.run(
      async () => (await act(REGISTER, { input: registration(typed) })).registerConsumer,
      ({ registered }) => setSecret(registered?.secret ?? null),
    );
  if (secret !== undefined) {
    return (
      <SecretDialog
        channel={typed.channel}
        code={typed.code}
        secret={secret}
        onClose={() => onRegistered(encodeURIComponent(typed.code.trim()))}
      />
    );
  }
  return (
    <ConfirmDialog
      opened
      size="lg"
      title={t('register.title')}
      hint={t('register.hint')}
      action={t('register.action')}
      isReady={isReady(typed)}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void register()}
    >
      <Group grow align="flex-start">
        <TextInput
          data-autofocus
          required
          label={t('field.title')}
          placeholder={t('field.titleExample')}
          value={typed.title}
          onChange={(event) => change({ title: event.currentTarget.value })}
        />
        <TextInput
          required
          label={t('field.code')}
          placeholder="portal"
          spellCheck={false}
          value={typed.code}
          onChange={(event) => change({ code: event.currentTarget.value })}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          required
          label={t('field.contact')}
          placeholder={t('field.contactExample')}
          value={typed.contact}
          onChange={(event) => change({ contact: event.currentTarget.value })}
        />
        {mayChooseAccount && (
          <Select
            label={t('field.account')}
            placeholder={t('field.accountOwn')}
            data={accounts.map(({ name, displayName }) => ({ value: name, label: `${displayName} (${name})` }))}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': t('field.accountOwn') }}
            value={typed.account}
            onChange={(account) => change({ account })}
          />
        )}
      </Group>
      <TargetFields typed={typed} onChange={change} />
      <DictionariesSelect
        label={t('field.dictionaries')}
        placeholder={t('about.all')}
        value={typed.dictionaries}
        onChange={(dictionaries) => change({ dictionaries })}
      />
      <FilterField value={typed.filter} onChange={(filter) => change({ filter })} />
      <div>
        <Text size="sm" fw={500} mb={4} id="register-from">
          {t('field.from')}
        </Text>
        <SegmentedControl
          aria-labelledby="register-from"
          value={typed.from}
          onChange={(from) => change({ from })}
          data={[
            { value: 'now', label: t('field.fromNow') },
            { value: 'start', label: t('field.fromStart') },
          ]}
        />
      </div>
    </ConfirmDialog>
  );
}
