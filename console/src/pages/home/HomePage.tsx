import { Grid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/api/me';
import { Page } from '@/ui/Page';
import { Loading } from '@/ui/Loading';
import { Beginnings } from './Beginnings';
import { Published } from './Published';
import { Tasks } from './Tasks';

/** The part of the day, as one greets. */
function partOfDay(hour: number): 'night' | 'morning' | 'day' | 'evening' {
  if (hour < 5) return 'night';
  if (hour < 12) return 'morning';
  return hour < 18 ? 'day' : 'evening';
}

/** What waits for whoever looks, and what happened lately. */
export default function HomePage() {
  const { t } = useTranslation('home');
  const me = useMe();
  const [part] = useState(() => partOfDay(new Date().getHours()));
  if (me === undefined) return <Loading />;
  const greeting = t(`greeting.${part}`);
  return (
    <Page title={me ? t('named', { greeting, name: me.account.displayName }) : t('guest')}>
      {!me && (
        <Text maw={720} c="dimmed">
          {t('guestLead')}
        </Text>
      )}
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="lg">{me ? <Tasks me={me} /> : <Beginnings />}</Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="lg">
            <Published />
            {me && <Beginnings />}
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
