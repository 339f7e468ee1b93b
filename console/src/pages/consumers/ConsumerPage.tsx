import { Button, Card, Group, Menu, SimpleGrid, Text } from '@mantine/core';
import { IconBroadcast, IconDots, IconKey, IconPlayerPause, IconPlayerPlay, IconReload, IconTrash } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { graphql } from '@/api/gql';
import type { ConsumerQuery } from '@/api/gql/graphql';
import { useAsk } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { Tone } from '@/ui/Badges';
import { formatAgo, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { Missing } from '../Broken';
import { ActDialog } from './ActDialog';
import type { ConsumerAct } from './consumerActs';
import { STATE_TONE } from './consumerWords';
import { Deliveries } from './Deliveries';
import { LagBar } from './LagBar';
import { PositionPicture } from './PositionPicture';

const CONSUMER = graphql(`
  query Consumer($code: ID!) {
    consumer(code: $code) {
      code
      title
      contact
      account {
        name
        displayName
      }
      dictionaries
      filter
      channel
      url
      mode
      secretsCount
      stream
      state
      stateReason
      position {
        publication
      }
      confirmed {
        publication
      }
      confirmedAt
      lagEvents
      lagSeconds
      attempts
      attemptsFailed
      failures
      failingSince
      nextAttemptAt
      deliveredAt
      createdAt
    }
    publications(first: 1) {
      nodes {
        number
      }
    }
  }
`);

const REFRESHED_EVERY_MS = 3000;

/** One system: where it is against the newest publication, what was delivered, and what can be done. */
export default function ConsumerPage() {
  const { t } = useTranslation('consumer');
  const { code = '' } = useParams();
  const { data, error, isLoading, again } = useAsk(CONSUMER, { code }, { types: ['Consumer'] });
  const [kind, setKind] = useState<ConsumerAct>();
  useEffect(() => {
    const timer = setInterval(again, REFRESHED_EVERY_MS);
    return () => clearInterval(timer);
  }, [again]);
  const consumer = data?.consumer;
  if (isLoading) return <Loading />;
  if (error && !data) return <Refusals refusals={refusalsOf(error)} />;
  if (!consumer) return <Missing />;
  return (
    <Page
      title={consumer.title}
      beside={<Tone tone={STATE_TONE[consumer.state]}>{t(`state.${consumer.state}`)}</Tone>}
      lead={consumer.stateReason ?? `${consumer.code} · ${t(`channel.${consumer.channel}`)}`}
      crumbs={[{ title: t('title'), to: '/consumers' }]}
      actions={<Acts consumer={consumer} onAct={setKind} />}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Card withBorder padding="lg">
          <PositionPicture
            position={consumer.position.publication}
            confirmed={consumer.confirmed?.publication ?? null}
            newest={data?.publications.nodes[0]?.number ?? 0}
          />
          <LagBar consumer={consumer} />
          {consumer.failures > 0 && (
            <Text size="sm" c="var(--svod-annulled)" mt="xs">
              {[
                t('failures', { count: consumer.failures }),
                ...(consumer.failingSince ? [t('failingSince', { when: formatInstant(consumer.failingSince) })] : []),
                ...(consumer.nextAttemptAt ? [t('next', { when: formatAgo(consumer.nextAttemptAt) })] : []),
              ].join(', ')}
            </Text>
          )}
        </Card>
        <Facts consumer={consumer} />
      </SimpleGrid>
      <Deliveries consumer={consumer.code} beat={`${consumer.attempts}`} />
      {kind && <ActDialog kind={kind} consumer={consumer.code} onClose={() => setKind(undefined)} onDone={again} />}
    </Page>
  );
}

type Shown = NonNullable<ConsumerQuery['consumer']>;

function Acts({ consumer, onAct }: { consumer: Shown; onAct: (kind: ConsumerAct) => void }) {
  const { t } = useTranslation('consumer');
  const isPushed = consumer.channel !== 'PULL';
  const isAtRest = consumer.state !== 'ACTIVE' || consumer.failures > 0;
  return (
    <>
      {isPushed && (
        <Button variant="default" leftSection={<IconBroadcast size={16} aria-hidden />} onClick={() => onAct('ping')}>
          {t('act.ping')}
        </Button>
      )}
      {isAtRest && (
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => onAct('resume')}>
          {t('act.resume')}
        </Button>
      )}
      {consumer.state === 'ACTIVE' && (
        <Button variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={() => onAct('pause')}>
          {t('act.pause')}
        </Button>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('act.do')}>
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconReload size={16} aria-hidden />} onClick={() => onAct('replay')}>
            {t('act.replay')}
          </Menu.Item>
          {consumer.channel === 'WEBHOOK' && (
            <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={() => onAct('rotate')}>
              {t('act.rotate')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => onAct('remove')}>
            {t('act.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Facts({ consumer }: { consumer: Shown }) {
  const { t } = useTranslation('consumer');
  const facts: Array<[string, ReactNode]> = [
    [t('facts.contact'), consumer.contact],
    [t('facts.account'), consumer.account?.displayName],
    [t('facts.dictionaries'), consumer.dictionaries?.join(', ') ?? t('facts.all')],
    [t('facts.filter'), consumer.filter],
    [t('facts.url'), consumer.url],
    [t('facts.mode'), consumer.mode && t(`facts.${consumer.mode}`)],
    [t('facts.secrets'), consumer.secretsCount],
    [t('facts.attempts'), `${consumer.attempts} (−${consumer.attemptsFailed})`],
    [t('facts.since'), formatInstant(consumer.createdAt)],
  ];
  return (
    <Card withBorder padding="lg">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([label, value]) => (
          <Group key={label} gap="sm" wrap="nowrap" align="baseline" mb={4}>
            <Text size="sm" c="dimmed" w={170} style={{ flexShrink: 0 }}>
              {label}
            </Text>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }} component="div">
              {value}
            </Text>
          </Group>
        ))}
    </Card>
  );
}
