import { Anchor, Card, Center, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { SignInForm } from '@/components/shell/SignInForm';

/** The door. Leads back to where one wanted to go. */
export default function SignInPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const wanted = search.get('to');
  useEffect(() => {
    document.title = `${t('signIn.title')} · ${t('svod')}`;
  }, [t]);
  // The page is loaded anew: nothing of what somebody else or nobody saw stays in memory.
  const enter = () => location.assign(wanted?.startsWith('/') && !wanted.startsWith('//') ? wanted : '/');
  return (
    <Center mih="100dvh" p="md" component="main">
      <Card withBorder padding="xl" w={400} shadow="sm">
        <Stack>
          <Group gap="sm">
            <img src="/assets/icon.svg" width={40} height={40} alt="" />
            <div>
              <Title order={1} size="h3">
                {t('signIn.title')}
              </Title>
              <Text size="sm" c="dimmed">
                {t('tagline')}
              </Text>
            </div>
          </Group>
          <SignInForm onSignedIn={enter} />
          <Anchor component={Link} to="/dictionaries" size="sm" ta="center">
            {t('signIn.without')}
          </Anchor>
        </Stack>
      </Card>
    </Center>
  );
}
