import { Card, List, SimpleGrid, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { SystemStateQuery } from '@/api/gql/graphql';
import { hasRole, useMe } from '@/api/me';
import { usePolling } from '@/api/polling';
import { refusalsOf } from '@/api/refusals';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { Fact } from '@/ui/Fact';
import { formatAgo, formatBytes, formatCount, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { Activity } from './Activity';
import { useReadiness, READINESS_TONES } from './readiness';
import { Settings } from './Settings';

const STATE = graphql(`
  query SystemState {
    system {
      version
      engine
      engineVersion
      migration
      startedAt
      databaseBytes
      residentBytes
      publication {
        number
        publishedAt
      }
      dictionariesCount
      itemsCount
      listenersCount
      importsQueued
      importsRunning
      health {
        name
        isGood
        since
        detail
        failedAt
      }
      settings {
        name
        value
      }
    }
  }
`);

const EVERY_MS = 10_000;

type State = NonNullable<SystemStateQuery['system']>;

/** How the service is, for whoever runs it. */
export default function SystemPage() {
  const { t } = useTranslation('system');
  const me = useMe();
  const isShown = hasRole(me, ['ADMINISTRATOR', 'AUDITOR']);
  const readiness = useReadiness(EVERY_MS);
  const { data, error, isLoading, again } = useAsk(STATE, {}, { pause: !isShown });
  usePolling(again, EVERY_MS, !isShown);
  if (me === undefined) return <Loading />;
  if (!isShown) {
    return (
      <Page title={t('title')}>
        <Empty icon={IconLock} title={t('refused')} hint={t('refusedHint')} />
      </Page>
    );
  }
  const beside = readiness && (
    <span aria-live="polite">
      <Tone tone={READINESS_TONES[readiness.status]}>{t(`ready.${readiness.status}`)}</Tone>
    </span>
  );
  return (
    <Page title={t('title')} lead={readiness?.reason ?? t('lead')} beside={beside}>
      {isLoading && <Loading lines={8} />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data?.system && (
        <>
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Health state={data.system} />
            <Facts state={data.system} />
          </SimpleGrid>
          <Activity />
          <Settings settings={data.system.settings} />
        </>
      )}
    </Page>
  );
}

const PARTS = ['database', 'catalogue', 'following', 'search'] as const;

function Health({ state }: { state: State }) {
  const { t } = useTranslation('system');
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="health-title">
      <Title order={2} size="h3" mb="md" id="health-title">
        {t('health')}
      </Title>
      <List listStyleType="none" spacing="md">
        {state.health.map(({ name, isGood, since, detail, failedAt }) => {
          // A text index that is not there yet is no fault: the first search makes it.
          const isLazy = name === 'search';
          const known = PARTS.find((part) => part === name);
          return (
            <List.Item key={name}>
              <Text span size="sm" fw={600} mr={8}>
                {known ? t(`part.${known}`) : name}
              </Text>
              <Tone tone={isGood ? 'added' : isLazy ? 'changed' : 'annulled'}>
                {t(isGood ? 'good' : isLazy ? 'later' : 'bad')}
              </Tone>
              <Text size="xs" c="dimmed" mt={2}>
                {[
                  !isGood && detail,
                  since && t('since', { at: formatInstant(since) }),
                  failedAt && t('failedAt', { at: formatInstant(failedAt) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
            </List.Item>
          );
        })}
      </List>
    </Card>
  );
}

function Facts({ state }: { state: State }) {
  const { t } = useTranslation(['system', 'common']);
  const { publication } = state;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="facts-title">
      <Title order={2} size="h3" mb="md" id="facts-title">
        {t('facts')}
      </Title>
      <SimpleGrid cols={{ base: 2, md: 2, lg: 3 }} spacing="md">
        <Fact label={t('version')}>{state.version}</Fact>
        <Fact label={t('engine')}>{`${state.engine} ${state.engineVersion}`}</Fact>
        <Fact label={t('migration')}>{state.migration}</Fact>
        <Fact label={t('started')}>
          <span title={formatInstant(state.startedAt)}>{formatAgo(state.startedAt)}</span>
        </Fact>
        <Fact label={t('database')}>{formatBytes(state.databaseBytes)}</Fact>
        <Fact label={t('memory')}>{state.residentBytes ? formatBytes(state.residentBytes) : t('nothing', { ns: 'common' })}</Fact>
        <Fact label={t('dictionaries')}>{formatCount(state.dictionariesCount)}</Fact>
        <Fact label={t('items')}>{formatCount(state.itemsCount)}</Fact>
        <Fact label={t('publication')}>
          {publication ? t('publicationAt', { number: publication.number, when: formatAgo(publication.publishedAt) }) : t('none')}
        </Fact>
        <Fact label={t('listeners')}>{formatCount(state.listenersCount)}</Fact>
        <Fact label={t('imports')}>
          {t('importsNow', { queued: formatCount(state.importsQueued), running: formatCount(state.importsRunning) })}
        </Fact>
      </SimpleGrid>
    </Card>
  );
}
