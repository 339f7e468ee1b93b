import { Anchor, Button, Card, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { graphql } from '@/api/gql';
import { act, useAsk, useBusy } from '@/api/asking';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Roles } from '@/components/people/Roles';
import { Tokens } from '@/components/tokens/Tokens';
import { Tone } from '@/ui/Badges';
import { Face } from '@/ui/Face';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { Missing } from '../Broken';

const PERSON = graphql(`
  query Person($name: ID!) {
    account(name: $name) {
      name
      displayName
      kind
      createdAt
      disabledAt
      roles {
        role
        dictionary
      }
      tokens {
        ...TokenList
      }
    }
  }
`);

const SET_PASSWORD = graphql(`
  mutation PersonPassword($account: ID!, $password: String!) {
    setPassword(input: { account: $account, password: $password }) {
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
  mutation PersonDisable($account: ID!) {
    disableAccount(input: { account: $account }) {
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
  mutation PersonEnable($account: ID!) {
    enableAccount(input: { account: $account }) {
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

/** One account: what it may do, its tokens, and whether it may come in. */
export default function PersonPage() {
  const { t } = useTranslation('people');
  const { name = '' } = useParams();
  const me = useMe();
  const { data, error, isLoading, again } = useAsk(PERSON, { name }, { types: ['Account', 'Token'] });
  const account = data?.account;
  const crumbs = [{ title: t('title'), to: '/people' }];
  if (isLoading) return <Loading />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  if (!account) return <Missing />;
  const canChange = hasRole(me, ['ADMINISTRATOR']);
  return (
    <Page
      title={account.displayName}
      beside={
        <Group gap="xs">
          <Face person={account} size={30} />
          <Text ff="monospace" c="dimmed">
            {account.name}
          </Text>
          <Tone tone={account.disabledAt ? 'annulled' : 'added'}>
            {account.disabledAt ? t('disabled') : t(`kind.${account.kind}`)}
          </Tone>
        </Group>
      }
      crumbs={crumbs}
    >
      <Roles account={account.name} grants={account.roles ?? []} canChange={canChange} />
      <Tokens account={account.name} tokens={account.tokens ?? []} onChanged={again} />
      {canChange && (
        <AccessCard account={account.name} isDisabled={Boolean(account.disabledAt)} isPerson={account.kind === 'PERSON'} />
      )}
      <Anchor component={Link} to={`/audit?actor=${account.name}`} size="sm">
        {t('access.audit')}
      </Anchor>
    </Page>
  );
}

interface AccessCardProps {
  account: string;
  isDisabled: boolean;
  isPerson: boolean;
}

function AccessCard({ account, isDisabled, isPerson }: AccessCardProps) {
  const { t } = useTranslation('people');
  const [password, setPassword] = useState('');
  const [isDone, setDone] = useState(false);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const attempt = (work: () => Promise<Refusal[]>) =>
    run(async () => {
      try {
        const errors = await work();
        setRefusals(errors);
        setDone(errors.length === 0);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  const change = () =>
    attempt(async () => {
      const { errors } = (await act(SET_PASSWORD, { account, password })).setPassword;
      if (errors.length === 0) setPassword('');
      return errors;
    });
  const toggle = () =>
    attempt(async () =>
      isDisabled
        ? (await act(ENABLE, { account })).enableAccount.errors
        : (await act(DISABLE, { account })).disableAccount.errors,
    );
  return (
    <Card withBorder padding="lg">
      <Title order={2} size="h3" mb="sm">
        {t('access.title')}
      </Title>
      <Stack gap="md">
        {isPerson && (
          <Group align="flex-end">
            <PasswordInput
              label={t('access.setPassword')}
              description={t('access.setPasswordHint')}
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              w={320}
            />
            <Button variant="default" disabled={password === ''} loading={isBusy} onClick={() => void change()}>
              {t('access.setPassword')}
            </Button>
          </Group>
        )}
        <Group>
          <Button variant="default" loading={isBusy} onClick={() => void toggle()}>
            {isDisabled ? t('access.enable') : t('access.disable')}
          </Button>
          <Text size="sm" c="dimmed">
            {isDisabled ? '' : t('access.disableHint')}
          </Text>
        </Group>
        <Refusals refusals={refusals} />
        {isDone && (
          <Text size="sm" role="status" c="var(--svod-added)">
            {t('access.done')}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
