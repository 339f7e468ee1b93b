import { Badge, Button, Card, Checkbox, Group, Modal, MultiSelect, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { Scope } from '@/api/gql/graphql';
import { act, useAsk, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { DateField } from '@/ui/DateField';
import { formatAgo, formatInstant, localized } from '@/ui/format';
import { Refusals } from '@/ui/Refusals';
import { useTargets } from '../dictionary/shape';
import { Secret } from '../Secret';

const TOKENS = graphql(`
  query PeopleTokens($account: ID) {
    tokens(account: $account) {
      id
      title
      scopes
      dictionaries
      createdAt
      expiresAt
      lastUsedAt
      revokedAt
    }
  }
`);

const ISSUE = graphql(`
  mutation PeopleIssue($input: IssueTokenInput!) {
    issueToken(input: $input) {
      issued {
        secret
        token {
          id
          title
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const REVOKE = graphql(`
  mutation PeopleRevokeToken($id: ID!) {
    revokeToken(input: { id: $id }) {
      id
      errors {
        path
        code
        message
      }
    }
  }
`);

/** The tokens of an account; new ones are told their secret once. */
export function Tokens({ account }: { account: string }) {
  const { t } = useTranslation(['people', 'common']);
  const { data, again } = useAsk(TOKENS, { account }, { types: ['Token'] });
  const [isIssuing, setIssuing] = useState(false);
  const [secret, setSecret] = useState('');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const tokens = data?.tokens ?? [];
  const revoke = async (id: string) => {
    try {
      setRefusals((await act(REVOKE, { id })).revokeToken.errors);
      again();
    } catch (error) {
      setRefusals(refusalsOf(error));
    }
  };
  return (
    <Card withBorder padding="lg">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3">
          {t('tokens.title')}
        </Title>
        <Button variant="default" leftSection={<IconKey size={16} aria-hidden />} onClick={() => setIssuing(true)}>
          {t('tokens.issue')}
        </Button>
      </Group>
      {secret && <Secret secret={secret} hint={t('tokens.secretHint')} />}
      <Refusals refusals={refusals} />
      {tokens.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('tokens.none')}
        </Text>
      )}
      <Table>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id} opacity={token.revokedAt ? 0.75 : 1}>
              <Table.Td fw={600}>{token.title}</Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {token.scopes.map((scope) => (
                    <Badge key={scope} variant="default" tt="none">
                      {t(`tokens.scope.${scope}`)}
                    </Badge>
                  ))}
                </Group>
                {token.dictionaries && <Text size="xs">{token.dictionaries.join(', ')}</Text>}
              </Table.Td>
              <Table.Td>
                <Text size="xs">{token.expiresAt ? formatInstant(token.expiresAt) : t('tokens.never')}</Text>
                <Text size="xs" c="dimmed">
                  {token.lastUsedAt ? t('tokens.used', { when: formatAgo(token.lastUsedAt) }) : t('tokens.unused')}
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                {token.revokedAt ? (
                  <Text size="sm">{t('tokens.revoked')}</Text>
                ) : (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('tokens.revoke', { title: token.title })}
                    onClick={() => void revoke(token.id)}
                  >
                    {t('action.remove', { ns: 'common' })}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {isIssuing && (
        <IssueDialog
          account={account}
          onClose={() => setIssuing(false)}
          onIssued={(made) => {
            setSecret(made);
            setIssuing(false);
            again();
          }}
        />
      )}
    </Card>
  );
}

const SCOPES: Scope[] = ['READ', 'PROPOSE', 'REVIEW', 'PUBLISH', 'ADMINISTER'];

interface IssueDialogProps {
  account: string;
  onClose: () => void;
  onIssued: (secret: string) => void;
}

function IssueDialog({ account, onClose, onIssued }: IssueDialogProps) {
  const { t } = useTranslation(['people', 'common']);
  const targets = useTargets();
  const [title, setTitle] = useState('');
  const [scopes, setScopes] = useState<string[]>(['READ']);
  const [dictionaries, setDictionaries] = useState<string[]>([]);
  const [expires, setExpires] = useState<string | null>(null);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const issue = () =>
    run(async () => {
      const input = {
        account,
        title: title.trim(),
        scopes: scopes as Scope[],
        dictionaries: dictionaries.length > 0 ? dictionaries : null,
        expiresAt: expires ? `${expires}T00:00:00Z` : null,
      };
      try {
        const { issueToken } = await act(ISSUE, { input });
        setRefusals(issueToken.errors);
        if (issueToken.issued) onIssued(issueToken.issued.secret);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  const known = [...(targets?.values() ?? [])].map((target) => ({ value: target.code, label: localized(target.name) }));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('tokens.issue')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <Stack>
        <TextInput
          data-autofocus
          label={t('tokens.forWhat')}
          placeholder={t('tokens.forWhatExample')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Checkbox.Group label={t('tokens.scopes')} value={scopes} onChange={setScopes}>
          <Stack gap={6} mt={4}>
            {SCOPES.map((scope) => (
              <Checkbox key={scope} value={scope} label={t(`tokens.scope.${scope}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <MultiSelect
          label={t('tokens.dictionaries')}
          description={t('tokens.dictionariesHint')}
          data={known}
          value={dictionaries}
          onChange={setDictionaries}
          searchable
        />
        <DateField
          label={t('tokens.expires')}
          description={t('tokens.expiresHint')}
          value={expires}
          onChange={setExpires}
          isClearable
        />
        <Refusals refusals={refusals} />
        <Button loading={isBusy} disabled={title.trim() === '' || scopes.length === 0} onClick={() => void issue()}>
          {t('tokens.issue')}
        </Button>
      </Stack>
    </Modal>
  );
}
