import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import type { Scope } from '@/api/gql/graphql';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Secret } from '@/ui/Secret';
import { DictionariesSelect } from '../DictionariesSelect';
import { SCOPES } from './tokens';

const ISSUE = graphql(`
  mutation TokenIssue($input: IssueTokenInput!) {
    issueToken(input: $input) {
      issued {
        token {
          id
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

interface IssueTokenDialogProps {
  /** The account whose it is to be; one's own where none is told. */
  account?: string;
  /** What is suggested for its title. */
  title?: string;
  onClose: () => void;
  onIssued: (secret: string) => void;
}

const LIVES = ['30', '90', '365', ''] as const;

/** Issues a token, and shows its secret once. */
export function IssueTokenDialog({ account, title: suggested = '', onClose, onIssued }: IssueTokenDialogProps) {
  const { t } = useTranslation(['token', 'common']);
  const [title, setTitle] = useState(suggested);
  const [scopes, setScopes] = useState<Scope[]>(['READ']);
  const [dictionaries, setDictionaries] = useState<string[]>([]);
  const [life, setLife] = useState<string>('90');
  const [secret, setSecret] = useState<string | null>(null);
  const doing = useDoing();
  if (secret !== null) {
    return (
      <Modal opened onClose={onClose} title={t('done')} closeOnClickOutside={false}>
        <Stack>
          <Secret label={t('secret')} secret={secret}>
            {t('secretHint')}
          </Secret>
          <Group justify="flex-end">
            <Button onClick={onClose}>{t('kept')}</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const input = {
    title: title.trim(),
    scopes,
    ...(account ? { account } : {}),
    ...(dictionaries.length > 0 ? { dictionaries } : {}),
    ...(life ? { expiresAt: dayjs().add(Number(life), 'day').toISOString() } : {}),
  };
  const issue = () =>
    doing.run(
      async () => (await act(ISSUE, { input })).issueToken,
      ({ issued }) => {
        if (!issued) return;
        setSecret(issued.secret);
        onIssued(issued.secret);
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t('issueTitle')}
      hint={t('issueHint')}
      action={t('issue')}
      isReady={title.trim() !== '' && scopes.length > 0}
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void issue()}
    >
      <TextInput
        data-autofocus
        required
        label={t('field.title')}
        placeholder={t('field.titleExample')}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      <Checkbox.Group label={t('field.scopes')} value={scopes} onChange={(values) => setScopes(values as Scope[])}>
        <Stack gap={8} mt={8}>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} value={scope} label={t(`scope.${scope}`)} description={t(`scopeHint.${scope}`)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <DictionariesSelect
        label={t('field.dictionaries')}
        placeholder={t('everywhere')}
        value={dictionaries}
        onChange={setDictionaries}
      />
      <Select
        label={t('field.life')}
        data={LIVES.map((days) => ({ value: days, label: days ? t('days', { count: Number(days) }) : t('forEver') }))}
        value={life}
        onChange={(value) => setLife(value ?? '90')}
        allowDeselect={false}
      />
    </ConfirmDialog>
  );
}
