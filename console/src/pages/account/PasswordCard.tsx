import { Button, Card, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import { PASSWORD_LENGTH_MIN } from '@/components/password';
import { Refusals } from '@/ui/Refusals';

const CHANGE = graphql(`
  mutation AccountChangePassword($input: ChangePasswordInput!) {
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

const NOTHING = { current: '', next: '', again: '' };

/** Changes one's own password. */
export function PasswordCard({ isPerson, name }: { isPerson: boolean; name: string }) {
  const { t } = useTranslation('account');
  const [typed, setTyped] = useState(NOTHING);
  const doing = useDoing();
  const isShort = typed.next !== '' && [...typed.next].length < PASSWORD_LENGTH_MIN;
  const differ = typed.again !== '' && typed.again !== typed.next;
  const isReady = typed.current !== '' && typed.next !== '' && !isShort && typed.again === typed.next;
  const change = () =>
    doing.run(
      async () => (await act(CHANGE, { input: { current: typed.current, new: typed.next } })).changePassword,
      () => {
        setTyped(NOTHING);
        notifications.show({ title: t('changed'), message: t('changedHint') });
      },
    );
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="password-title">
      <Title order={2} size="h3" mb="md" id="password-title">
        {t('password')}
      </Title>
      {!isPerson && <Text size="sm">{t('system')}</Text>}
      {isPerson && (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady) void change();
          }}
        >
          <input type="hidden" name="username" autoComplete="username" value={name} />
          <Stack gap="sm">
            <PasswordInput
              label={t('current')}
              autoComplete="current-password"
              value={typed.current}
              onChange={(event) => setTyped({ ...typed, current: event.currentTarget.value })}
            />
            <PasswordInput
              label={t('new')}
              description={t('newHint')}
              autoComplete="new-password"
              value={typed.next}
              error={isShort ? t('short') : null}
              onChange={(event) => setTyped({ ...typed, next: event.currentTarget.value })}
            />
            <PasswordInput
              label={t('again')}
              autoComplete="new-password"
              value={typed.again}
              error={differ ? t('differ') : null}
              onChange={(event) => setTyped({ ...typed, again: event.currentTarget.value })}
            />
            <Refusals refusals={doing.refusals} />
            <div>
              <Button type="submit" disabled={!isReady} loading={doing.isBusy}>
                {t('change')}
              </Button>
            </div>
          </Stack>
        </form>
      )}
    </Card>
  );
}
