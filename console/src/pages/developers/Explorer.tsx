import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './Explorer.module.css';

/** GraphiQL over the data API, with the rights of whoever is signed in. */
export function Explorer() {
  const { t } = useTranslation('developer');
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('explorer.hint')}
        </Text>
        <Group gap="md">
          <Anchor href="/graphql/data" target="_blank" size="sm">
            {t('explorer.whole')}
          </Anchor>
          <Anchor href="/graphql" target="_blank" size="sm">
            {t('explorer.management')}
          </Anchor>
        </Group>
      </Group>
      {/* A page of our own, of the same origin: a sandbox that lets it work would keep nothing from it. */}
      {/* oxlint-disable-next-line react/iframe-missing-sandbox */}
      <iframe className={classes['frame'] ?? ''} src="/graphql/data" title={t('explorer.title')} />
    </Stack>
  );
}
