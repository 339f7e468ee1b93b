import {
  Anchor,
  Button,
  Card,
  Group,
  Modal,
  PasswordInput,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { IconSearch, IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { graphql } from '@/api/gql';
import type { PeopleQuery } from '@/api/gql/graphql';
import { act, ask, useAsk, useBusy } from '@/api/asking';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { Face } from '@/ui/Face';
import { formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';

const PEOPLE = graphql(`
  query People($after: String) {
    accounts(first: 200, after: $after) {
      nodes {
        name
        displayName
        kind
        createdAt
        disabledAt
        roles {
          role
          dictionary
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

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

type Accounts = NonNullable<PeopleQuery['accounts']>;

/** Everybody who has an account, people and systems. */
export default function PeoplePage() {
  const { t } = useTranslation('people');
  const me = useMe();
  const [search, setSearch] = useUrlState('q');
  const [isAdding, setAdding] = useState(false);
  const [more, setMore] = useState<Accounts>();
  const { data, error, isLoading } = useAsk(PEOPLE, { after: null }, { types: ['Account'] });
  const page = (more ?? data?.accounts)?.pageInfo;
  const all = [...(data?.accounts?.nodes ?? []), ...(more?.nodes ?? [])];
  const wanted = search.toLowerCase();
  const shown = all.filter((account) => `${account.name} ${account.displayName}`.toLowerCase().includes(wanted));
  const showMore = async () => {
    const next = (await ask(PEOPLE, { after: page?.endCursor ?? null })).accounts;
    if (next) setMore({ ...next, nodes: [...(more?.nodes ?? []), ...next.nodes] });
  };
  const canChange = hasRole(me, ['ADMINISTRATOR']);
  const add = (
    <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t('add')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={canChange && add}>
      <TextInput
        maw={360}
        aria-label={t('find')}
        placeholder={t('find')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value || null)}
      />
      {isLoading && <Loading />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && shown.length === 0 && <Empty title={t('none')} />}
      {shown.length > 0 && <AccountTable accounts={shown} />}
      {page?.hasNextPage && (
        <Group justify="center">
          <Button variant="default" onClick={() => void showMore()}>
            {t('action.more', { ns: 'common' })}
          </Button>
        </Group>
      )}
      {isAdding && <AddDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function AccountTable({ accounts }: { accounts: Accounts['nodes'] }) {
  const { t } = useTranslation(['people', 'common']);
  const rolesOf = (account: Accounts['nodes'][number]) =>
    (account.roles ?? [])
      .map(({ role, dictionary }) => t(`role.${role}`, { ns: 'common' }) + (dictionary ? `: ${dictionary}` : ''))
      .join(', ');
  return (
    <Card withBorder padding={0}>
      <Table.ScrollContainer minWidth={720}>
        <Table highlightOnHover verticalSpacing="sm" horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              {(['name', 'kind', 'roles', 'since', 'state'] as const).map((name) => (
                <Table.Th key={name}>{t(`column.${name}`)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {accounts.map((account) => (
              <Table.Tr key={account.name}>
                <Table.Td>
                  <Group gap="sm" wrap="nowrap">
                    <Face person={account} size={30} />
                    <div>
                      <Anchor component={Link} to={`/people/${account.name}`} size="sm" fw={600}>
                        {account.displayName}
                      </Anchor>
                      <Text size="xs" c="dimmed" ff="monospace">
                        {account.name}
                      </Text>
                    </div>
                  </Group>
                </Table.Td>
                <Table.Td>{t(`kind.${account.kind}`)}</Table.Td>
                <Table.Td maw={320}>
                  <Text size="sm">{rolesOf(account)}</Text>
                </Table.Td>
                <Table.Td>{formatInstant(account.createdAt)}</Table.Td>
                <Table.Td>
                  <Tone tone={account.disabledAt ? 'annulled' : 'added'}>{account.disabledAt ? t('disabled') : t('active')}</Tone>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [kind, setKind] = useState<'PERSON' | 'SYSTEM'>('PERSON');
  const [password, setPassword] = useState('');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const add = () =>
    run(async () => {
      const input = {
        name: name.trim(),
        displayName: displayName.trim(),
        kind,
        password: kind === 'PERSON' && password !== '' ? password : null,
      };
      try {
        const { addAccount } = await act(ADD, { input });
        setRefusals(addAccount.errors);
        if (addAccount.account) await navigate(`/people/${addAccount.account.name}`);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('form.title')}
      closeButtonProps={{ 'aria-label': t('action.close', { ns: 'common' }) }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <Stack>
          <SegmentedControl
            aria-label={t('form.kind')}
            value={kind}
            onChange={(next) => setKind(next as 'PERSON' | 'SYSTEM')}
            data={(['PERSON', 'SYSTEM'] as const).map((value) => ({ value, label: t(`kind.${value}`) }))}
          />
          <TextInput
            data-autofocus
            label={t('form.name')}
            description={t('form.nameHint')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoCapitalize="none"
          />
          <TextInput
            label={t('form.displayName')}
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
          />
          {kind === 'PERSON' && (
            <PasswordInput
              label={t('form.password')}
              description={t('form.passwordHint')}
              value={password}
              autoComplete="new-password"
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          )}
          <Refusals refusals={refusals} />
          <Button type="submit" loading={isBusy} disabled={name.trim() === '' || displayName.trim() === ''}>
            {t('form.make')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
