import { Anchor, Button, Card, Group, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconLock, IconUserQuestion } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { hasRole, useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { useActName } from '@/components/audit/acts';
import { Tokens } from '@/components/tokens/Tokens';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { Fact } from '@/ui/Fact';
import { formatAgo, formatDate, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { EnablingDialog, SetPasswordDialog } from './PersonDialogs';
import { RoleMatrix } from './RoleMatrix';

const ONE = graphql(`
  query PersonOne($name: ID!, $actor: String!) {
    account(name: $name) {
      ...ListedAccount
      tokens {
        ...TokenList
      }
    }
    audit(filter: { actor: $actor }, first: 6) {
      nodes {
        number
        at
        act
        subject
        refused
      }
    }
  }
`);

/** An account: what it may do, its tokens, what was done under it. */
export default function PersonPage() {
  const { t } = useTranslation(['people', 'token', 'common']);
  const { name = '' } = useParams();
  const me = useMe();
  const isShown = hasRole(me, ['ADMINISTRATOR', 'AUDITOR']);
  const { data, error, isLoading, again } = useAsk(ONE, { name, actor: name }, { pause: !isShown });
  const [dialog, setDialog] = useState<'password' | 'enabling' | null>(null);
  const crumbs = [{ title: t('title'), to: '/people' }];
  const account = data?.account;
  if (me === undefined || isLoading) return <Loading />;
  if (!account) {
    return (
      <Page title={name} crumbs={crumbs}>
        {error && <Refusals refusals={refusalsOf(error)} />}
        {!error && !isShown && <Empty icon={IconLock} title={t('refused')} hint={t('refusedHint')} />}
        {!error && isShown && <Empty icon={IconUserQuestion} title={t('one.missing')} hint={t('one.missingHint')} />}
      </Page>
    );
  }
  const mayChange = hasRole(me, ['ADMINISTRATOR']) && account.kind !== 'BUILT_IN';
  const isPerson = account.kind !== 'SYSTEM';
  const actions = mayChange && (
    <>
      {isPerson && (
        <Button variant="default" onClick={() => setDialog('password')}>
          {t('one.password')}
        </Button>
      )}
      <Button variant="default" onClick={() => setDialog('enabling')}>
        {t(account.disabledAt ? 'one.enable' : 'one.disable')}
      </Button>
    </>
  );
  const close = () => setDialog(null);
  return (
    <Page
      title={account.displayName}
      crumbs={crumbs}
      actions={actions}
      beside={
        <Tone tone={account.disabledAt ? 'retired' : 'added'}>{t(account.disabledAt ? 'state.DISABLED' : 'state.ACTIVE')}</Tone>
      }
    >
      {account.disabledAt && <Notice>{t('one.disabledNotice', { date: formatDate(account.disabledAt) })}</Notice>}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Card withBorder padding="lg" component="section" aria-labelledby="account-title">
          <Title order={2} size="h3" mb="md" id="account-title">
            {t('one.account')}
          </Title>
          <Stack gap="sm">
            <Fact label={t('new.name')}>
              <Text span size="sm" ff="monospace">
                {account.name}
              </Text>
              {account.name === me?.account.name && (
                <Text span size="sm" c="dimmed">
                  {' '}
                  · {t('one.you')}
                </Text>
              )}
            </Fact>
            <Fact label={t('column.kind')}>{t(`kind.${account.kind}`)}</Fact>
            <Fact label={t('column.since')}>{account.kind === 'BUILT_IN' ? t('always') : formatDate(account.createdAt)}</Fact>
          </Stack>
        </Card>
        <Deeds actor={account.name} deeds={data.audit?.nodes ?? []} />
      </SimpleGrid>
      <RoleMatrix account={account.name} grants={account.roles ?? []} mayChange={mayChange} onChanged={again} />
      {mayChange && <Tokens account={account.name} tokens={account.tokens ?? []} onChanged={again} />}
      {dialog === 'password' && <SetPasswordDialog account={account} onClose={close} />}
      {dialog === 'enabling' && <EnablingDialog account={account} onClose={close} onDone={again} />}
    </Page>
  );
}

interface Deed {
  number: number;
  at: string;
  act: string;
  subject: string;
  refused: boolean;
}

function Deeds({ actor, deeds }: { actor: string; deeds: Deed[] }) {
  const { t } = useTranslation('people');
  const nameOf = useActName();
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="deeds-title">
      <Title order={2} size="h3" mb="md" id="deeds-title">
        {t('one.recent')}
      </Title>
      {deeds.length === 0 && <Text size="sm">{t('one.noDeeds')}</Text>}
      <List listStyleType="none" spacing={6}>
        {deeds.map((deed) => (
          <List.Item key={deed.number} styles={{ itemWrapper: { display: 'block' }, itemLabel: { width: '100%' } }}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm">
                {nameOf(deed.act)}
                {deed.subject && (
                  <Text span size="xs" c="dimmed" ff="monospace">
                    {' '}
                    {deed.subject}
                  </Text>
                )}
              </Text>
              <Text size="xs" c="dimmed" title={formatInstant(deed.at)} style={{ whiteSpace: 'nowrap' }}>
                {formatAgo(deed.at)}
              </Text>
            </Group>
          </List.Item>
        ))}
      </List>
      {deeds.length > 0 && (
        <Anchor component={Link} to={`/audit?actor=${encodeURIComponent(actor)}`} size="sm" mt="sm" display="inline-block">
          {t('one.did')}
        </Anchor>
      )}
    </Card>
  );
}
