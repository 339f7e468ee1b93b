import { Button, Card, Group, SegmentedControl, SimpleGrid, Stack, Text, Title, useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { IconUserOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { refusalsOf } from '@/api/refusals';
import { RoleList } from '@/components/roles/RoleList';
import { Tokens } from '@/components/tokens/Tokens';
import { language, speak, type Language } from '@/i18n';
import { Empty } from '@/ui/Empty';
import { Fact } from '@/ui/Fact';
import { Face } from '@/ui/Face';
import { formatDate } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { PasswordCard } from './PasswordCard';

const OWN = graphql(`
  query AccountOwn {
    me {
      account {
        name
        displayName
        kind
        createdAt
        tokens {
          ...TokenList
        }
      }
      roles {
        role
        dictionary
      }
    }
  }
`);

/** Who I am and what I may do; my password, my tokens, and how the console looks to me. */
export default function AccountPage() {
  const { t } = useTranslation(['account', 'common', 'people', 'token']);
  const { data, error, isLoading, again } = useAsk(OWN, {}, { types: ['Token'] });
  const me = data?.me;
  return (
    <Page title={t('title')}>
      {isLoading && <Loading />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && !me && (
        <Empty
          icon={IconUserOff}
          title={t('guest')}
          hint={t('guestHint')}
          action={
            <Button component={Link} to="/sign-in">
              {t('me.signIn', { ns: 'common' })}
            </Button>
          }
        />
      )}
      {me && (
        <Stack maw={960}>
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Card withBorder padding="lg" component="section" aria-labelledby="profile-title">
              <Title order={2} size="h3" mb="md" id="profile-title">
                {t('profile')}
              </Title>
              <Group wrap="nowrap" mb="md">
                <Face person={me.account} size={48} />
                <div>
                  <Text fw={600}>{me.account.displayName}</Text>
                  <Text size="sm" c="dimmed" ff="monospace">
                    {me.account.name}
                  </Text>
                </div>
              </Group>
              <Fact label={t('since')}>{formatDate(me.account.createdAt)}</Fact>
            </Card>
            <Card withBorder padding="lg" component="section" aria-labelledby="roles-title">
              <Title order={2} size="h3" mb="md" id="roles-title">
                {t('roles')}
              </Title>
              <RoleList roles={me.roles} />
            </Card>
            <PasswordCard isPerson={me.account.kind !== 'SYSTEM'} name={me.account.name} />
            <Look />
          </SimpleGrid>
          <Tokens tokens={me.account.tokens ?? []} onChanged={again} />
        </Stack>
      )}
    </Page>
  );
}

function Look() {
  const { t } = useTranslation(['account', 'common']);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="look-title">
      <Title order={2} size="h3" mb="md" id="look-title">
        {t('look')}
      </Title>
      <Stack gap="md">
        <div>
          <Text size="sm" fw={500} mb={4} id="look-language">
            {t('language')}
          </Text>
          <SegmentedControl
            aria-labelledby="look-language"
            value={language()}
            onChange={(value) => void speak(value as Language)}
            data={[
              { value: 'ru', label: 'Русский' },
              { value: 'en', label: 'English' },
            ]}
          />
        </div>
        <div>
          <Text size="sm" fw={500} mb={4} id="look-theme">
            {t('theme')}
          </Text>
          <SegmentedControl
            aria-labelledby="look-theme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={[
              { value: 'light', label: t('me.light', { ns: 'common' }) },
              { value: 'dark', label: t('me.dark', { ns: 'common' }) },
              { value: 'auto', label: t('me.auto', { ns: 'common' }) },
            ]}
          />
        </div>
      </Stack>
    </Card>
  );
}
