import { Badge, Button, Card, Group, Table, Text, Title } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { Tone } from '@/ui/Badges';
import { Caption } from '@/ui/Caption';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Empty } from '@/ui/Empty';
import { formatAgo, formatDate } from '@/ui/format';
import { IssueTokenDialog } from './IssueTokenDialog';
import { stateOf, type ListedToken } from './tokens';

const REVOKE = graphql(`
  mutation TokenRevoke($input: RevokeTokenInput!) {
    revokeToken(input: $input) {
      id
      errors {
        path
        code
        message
      }
    }
  }
`);

interface TokensProps {
  /** The account whose they are; one's own where none is told. */
  account?: string;
  tokens: ListedToken[];
  /** After one was issued or revoked. */
  onChanged: () => void;
}

/** The tokens of an account: what each may do, when it was used, and a way to issue and to revoke. */
export function Tokens({ account, tokens, onChanged }: TokensProps) {
  const { t } = useTranslation('token');
  const [isIssuing, setIssuing] = useState(false);
  const [revoked, setRevoked] = useState<ListedToken | null>(null);
  const issue = (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setIssuing(true)}>
      {t('issue')}
    </Button>
  );
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="tokens-title">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h3" id="tokens-title">
          {t('title')}
        </Title>
        {tokens.length > 0 && issue}
      </Group>
      {tokens.length === 0 ? (
        <Empty icon={IconKey} title={t('none')} hint={t('noneHint')} action={issue} />
      ) : (
        <TokenTable tokens={tokens} onRevoke={setRevoked} />
      )}
      {isIssuing && (
        <IssueTokenDialog {...(account ? { account } : {})} onClose={() => setIssuing(false)} onIssued={() => onChanged()} />
      )}
      {revoked && <RevokeDialog token={revoked} onClose={() => setRevoked(null)} onRevoked={onChanged} />}
    </Card>
  );
}

const TONES = { GOOD: 'added', EXPIRED: 'retired', REVOKED: 'retired' };

function TokenTable({ tokens, onRevoke }: { tokens: ListedToken[]; onRevoke: (token: ListedToken) => void }) {
  const { t } = useTranslation('token');
  const [now] = useState(() => new Date());
  const good = tokens.filter((token) => stateOf(token, now) === 'GOOD');
  const rest = tokens.filter((token) => stateOf(token, now) !== 'GOOD');
  return (
    <Table.ScrollContainer minWidth={620} type="native">
      <Table verticalSpacing="sm">
        <Caption>{t('title')}</Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('column.title')}</Table.Th>
            <Table.Th>{t('column.scopes')}</Table.Th>
            <Table.Th>{t('column.used')}</Table.Th>
            <Table.Th>{t('column.state')}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {[...good, ...rest].map((token) => {
            const state = stateOf(token, now);
            return (
              <Table.Tr key={token.id}>
                <Table.Td>
                  <Text size="sm" fw={600}>
                    {token.title}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t('issued', { date: formatDate(token.createdAt) })}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Group gap={4}>
                    {token.scopes.map((scope) => (
                      <Badge key={scope} variant="default" tt="none" fw={500} radius="sm">
                        {t(`scope.${scope}`)}
                      </Badge>
                    ))}
                  </Group>
                  <Text size="xs" c="dimmed" mt={2}>
                    {token.dictionaries ? token.dictionaries.join(', ') : t('everywhere')}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{token.lastUsedAt ? formatAgo(token.lastUsedAt) : t('never')}</Text>
                </Table.Td>
                <Table.Td>
                  <Tone tone={TONES[state]}>{t(`state.${state}`)}</Tone>
                  {state !== 'REVOKED' && (
                    <Text size="xs" c="dimmed" mt={2}>
                      {token.expiresAt ? t('until', { date: formatDate(token.expiresAt) }) : t('forEver')}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  {state === 'GOOD' && (
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() => onRevoke(token)}
                      aria-label={t('revokeThis', { title: token.title })}
                    >
                      {t('revoke')}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RevokeDialogProps {
  token: ListedToken;
  onClose: () => void;
  onRevoked: () => void;
}

function RevokeDialog({ token, onClose, onRevoked }: RevokeDialogProps) {
  const { t } = useTranslation('token');
  const doing = useDoing();
  const revoke = () =>
    doing.run(
      async () => (await act(REVOKE, { input: { id: token.id } })).revokeToken,
      () => {
        onRevoked();
        onClose();
      },
    );
  return (
    <ConfirmDialog
      opened
      title={t('revokeTitle', { title: token.title })}
      hint={t('revokeHint')}
      action={t('revoke')}
      isDangerous
      isBusy={doing.isBusy}
      refusals={doing.refusals}
      onClose={onClose}
      onConfirm={() => void revoke()}
    />
  );
}
