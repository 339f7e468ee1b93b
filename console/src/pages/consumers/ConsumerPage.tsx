import { Anchor, Card, Code, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { ConsumerOneQuery } from '@/api/gql/graphql';
import { hasRole, useMe } from '@/api/me';
import { usePolling } from '@/api/polling';
import { refusalsOf } from '@/api/refusals';
import { useDictionaryNames } from '@/components/DictionariesSelect';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { Fact } from '@/ui/Fact';
import { formatAgo, formatCount, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { ConsumerActions } from './ConsumerActions';
import { EVERY_MS, standingOf, STANDING_TONES } from './consumers';
import { Deliveries } from './Deliveries';
import { Position } from './Position';

const ONE = graphql(`
  query ConsumerOne($code: ID!) {
    consumer(code: $code) {
      ...ListedConsumer
      filter
      mode
      batchEventsMax
      secretsCount
      subjectPrefix
    }
    publications(first: 1) {
      nodes {
        number
        publishedAt
      }
    }
  }
`);

/** A consumer with all that there is to know of it. */
export type WholeConsumer = NonNullable<ConsumerOneQuery['consumer']>;

/** A consumer: where it is, what was delivered to it and what was not, and what can be done. */
export default function ConsumerPage() {
  const { t } = useTranslation(['consumer', 'common']);
  const { code = '' } = useParams();
  const me = useMe();
  const { data, error, isLoading, again } = useAsk(ONE, { code });
  usePolling(again, EVERY_MS);
  const crumbs = [{ title: t('title'), to: '/consumers' }];
  const consumer = data?.consumer;
  if (isLoading) return <Loading />;
  if (!consumer) {
    return (
      <Page title={code} crumbs={crumbs}>
        {error ? (
          <Refusals refusals={refusalsOf(error)} />
        ) : (
          <Empty icon={IconPlugConnectedX} title={t('missing')} hint={t('missingHint')} />
        )}
      </Page>
    );
  }
  const standing = standingOf(consumer);
  const mayManage = hasRole(me, ['ADMINISTRATOR']) || consumer.account?.name === me?.account.name;
  return (
    <Page
      title={consumer.title || consumer.code}
      crumbs={crumbs}
      beside={<Tone tone={STANDING_TONES[standing]}>{t(`state.${standing}`)}</Tone>}
      lead={t(`stateHint.${standing}`)}
      actions={mayManage && <ConsumerActions consumer={consumer} onChanged={again} />}
    >
      <Trouble consumer={consumer} />
      <Position consumer={consumer} newest={data.publications.nodes[0]} />
      <About consumer={consumer} />
      {consumer.channel !== 'PULL' && <Deliveries code={consumer.code} beat={consumer.attempts} />}
    </Page>
  );
}

function Trouble({ consumer }: { consumer: WholeConsumer }) {
  const { t } = useTranslation('consumer');
  if (consumer.failures === 0 && !consumer.stateReason) return null;
  const isTried = consumer.state === 'ACTIVE' || consumer.state === 'UNVERIFIED';
  return (
    <Notice title={consumer.failures > 0 ? t('failures', { count: consumer.failures }) : t(`state.${consumer.state}`)}>
      {consumer.stateReason && <Text size="sm">{consumer.stateReason}</Text>}
      {consumer.failingSince && <Text size="sm">{t('failingSince', { at: formatInstant(consumer.failingSince) })}</Text>}
      {isTried && consumer.nextAttemptAt && (
        <Text size="sm">{t('nextAttempt', { when: formatAgo(consumer.nextAttemptAt) })}</Text>
      )}
    </Notice>
  );
}

function About({ consumer }: { consumer: WholeConsumer }) {
  const { t } = useTranslation('consumer');
  const names = new Map(useDictionaryNames().map(({ value, label }) => [value, label]));
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="about-title">
      <Title order={2} size="h3" mb="md" id="about-title">
        {t('about.title')}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="md">
        <Fact label={t('about.channel')}>
          <Stack gap={2}>
            {t(`channel.${consumer.channel}`)}
            {consumer.url && <Code style={{ overflowWrap: 'anywhere' }}>{consumer.url}</Code>}
            {consumer.stream && (
              <Text size="xs" c="dimmed">
                {t('about.stream', { stream: consumer.stream, prefix: consumer.subjectPrefix })}
              </Text>
            )}
            {consumer.mode && (
              <Text size="xs" c="dimmed">
                {consumer.mode === 'BATCHED' ? t('about.batched', { count: consumer.batchEventsMax ?? 0 }) : t('about.single')}
              </Text>
            )}
          </Stack>
        </Fact>
        <Fact label={t('about.dictionaries')}>
          {consumer.dictionaries?.map((each) => names.get(each) ?? each).join(', ') ?? t('about.all')}
        </Fact>
        <Fact label={t('about.filter')}>{consumer.filter ? <Code>{consumer.filter}</Code> : t('about.noFilter')}</Fact>
        <Fact label={t('about.account')}>
          {consumer.account && (
            <Anchor component={Link} to={`/people/${encodeURIComponent(consumer.account.name)}`} size="sm">
              {consumer.account.displayName}
            </Anchor>
          )}
        </Fact>
        <Fact label={t('about.contact')}>{consumer.contact}</Fact>
        <Fact label={t('about.code')}>
          <Text size="sm" ff="monospace">
            {consumer.code}
          </Text>
        </Fact>
        {consumer.secretsCount !== null && consumer.secretsCount !== undefined && (
          <Fact label={t('about.secrets')}>{t('about.secretsCount', { count: consumer.secretsCount })}</Fact>
        )}
        {consumer.channel !== 'PULL' && (
          <Fact label={t('about.attempts')}>
            {t('about.attemptsFailed', { all: formatCount(consumer.attempts), failed: formatCount(consumer.attemptsFailed) })}
          </Fact>
        )}
        <Fact label={t('about.since')}>{formatInstant(consumer.createdAt)}</Fact>
      </SimpleGrid>
    </Card>
  );
}
