import {
  Button,
  Card,
  Group,
  PasswordInput,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { act, useBusy } from '@/api/asking';
import { useMe } from '@/api/me';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { Roles } from '@/components/people/Roles';
import { Tokens } from '@/components/people/Tokens';
import { language, speak, type Language } from '@/i18n';
import { Face } from '@/ui/Face';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';

const CHANGE = graphql(`
  mutation AccountPassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      changed
      errors {
        path
        code
        message
      }
    }
  }
`);

const LENGTH_MIN = 12;

/** My own account: what I may do, how I sign in, how the console looks. */
export default function AccountPage() {
  const { t } = useTranslation(['people', 'common']);
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (me === undefined) return <Loading />;
  if (me === null) return <Refusals refusals={[{ path: [], code: 'UNAUTHENTICATED', message: '' }]} />;
  return (
    <Page title={t('account.title')} beside={<Face person={me.account} named size={30} />}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <PasswordCard />
        <Card withBorder padding="lg">
          <Stack>
            <div>
              <Text size="sm" fw={600} mb={4} id="language-label">
                {t('account.language')}
              </Text>
              <SegmentedControl
                aria-labelledby="language-label"
                value={language()}
                onChange={(next) => void speak(next as Language)}
                data={[
                  { value: 'ru', label: 'Русский' },
                  { value: 'en', label: 'English' },
                ]}
              />
            </div>
            <div>
              <Text size="sm" fw={600} mb={4} id="account-theme-label">
                {t('account.theme')}
              </Text>
              <SegmentedControl
                aria-labelledby="account-theme-label"
                value={colorScheme}
                onChange={(next) => setColorScheme(next as typeof colorScheme)}
                data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t(`me.${value}`, { ns: 'common' }) }))}
              />
            </div>
          </Stack>
        </Card>
      </SimpleGrid>
      <Roles account={me.account.name} grants={me.roles} canChange={false} />
      <Tokens account={me.account.name} />
    </Page>
  );
}

function PasswordCard() {
  const { t } = useTranslation('people');
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeat, setRepeat] = useState('');
  const [isDone, setDone] = useState(false);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const isShort = next !== '' && [...next].length < LENGTH_MIN;
  const isOther = repeat !== '' && repeat !== next;
  const change = () =>
    run(async () => {
      try {
        const { errors } = (await act(CHANGE, { input: { current, new: next } })).changePassword;
        setRefusals(errors);
        setDone(errors.length === 0);
        if (errors.length === 0) for (const clear of [setCurrent, setNext, setRepeat]) clear('');
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  return (
    <Card withBorder padding="lg">
      <Title order={2} size="h3" mb="sm">
        {t('account.password')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change();
        }}
      >
        <Stack gap="sm">
          <PasswordInput
            label={t('account.current')}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('account.new')}
            autoComplete="new-password"
            value={next}
            error={isShort ? t('account.short') : undefined}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('account.repeat')}
            autoComplete="new-password"
            value={repeat}
            error={isOther ? t('account.differ') : undefined}
            onChange={(event) => setRepeat(event.currentTarget.value)}
          />
          <Refusals refusals={refusals} />
          {isDone && (
            <Text size="sm" role="status" c="var(--svod-added)">
              {t('account.changed')}
            </Text>
          )}
          <Group>
            <Button type="submit" loading={isBusy} disabled={current === '' || next === '' || repeat !== next || isShort}>
              {t('account.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
