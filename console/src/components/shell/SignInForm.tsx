import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { SignInMutation } from '@/api/gql/graphql';
import { useBusy } from '@/api/asking';
import { reconnect } from '@/api/client';
import { fetchAsPerson } from '@/api/fetching';
import type { Refusal } from '@/api/refusals';
import { sentence } from '@/ui/refusalWords';

const SIGN_IN = graphql(`
  mutation SignIn($name: String!, $password: String!) {
    signIn(input: { name: $name, password: $password }) {
      session {
        account {
          name
        }
        expiresAt
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

/** Signs in by itself: beside no other operation, since the server looks past a cookie that is over only for this one. */
async function signIn(name: string, password: string): Promise<Refusal[]> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: SIGN_IN.toString(), variables: { name, password } }),
  };
  try {
    const response = await fetchAsPerson('/graphql', init, false);
    const answer = (await response.json()) as { data?: SignInMutation; errors?: Array<{ message: string }> };
    if (answer.data) return answer.data.signIn.errors;
    return [{ path: [], code: 'UNKNOWN', message: answer.errors?.[0]?.message ?? response.statusText }];
  } catch (error) {
    return [{ path: [], code: 'NO_CONNECTION', message: String(error) }];
  }
}

interface SignInFormProps {
  /** The name that is there already, of whose session is over. */
  name?: string;
  onSignedIn: (name: string) => void;
}

export function SignInForm({ name: known = '', onSignedIn }: SignInFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(known);
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState<Refusal>();
  const [isBusy, run] = useBusy();
  const submit = () =>
    run(async () => {
      const [first] = await signIn(name.trim(), password);
      setRefusal(first);
      if (first) return;
      setPassword('');
      reconnect();
      onSignedIn(name.trim());
    });
  const told = (refused: Refusal) => {
    if (refused.code === 'SIGN_IN_FAILED') return t('signIn.failed');
    return sentence(t, refused);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        <TextInput
          label={t('signIn.name')}
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          value={name}
          data-autofocus={known === '' ? true : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          data-autofocus={known === '' ? undefined : true}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {refusal && (
          <Alert color="red" role="alert" styles={{ message: { color: 'var(--mantine-color-text)' } }}>
            {told(refusal)}
          </Alert>
        )}
        <Button type="submit" loading={isBusy}>
          {t('signIn.enter')}
        </Button>
      </Stack>
    </form>
  );
}
