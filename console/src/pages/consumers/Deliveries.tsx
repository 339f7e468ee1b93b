import { Card, Group, Switch, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { ConsumerDeliveriesQuery } from '@/api/gql/graphql';
import { usePaged } from '@/api/paging';
import { Tone } from '@/ui/Badges';
import { Caption } from '@/ui/Caption';
import { Folded } from '@/ui/Folded';
import { formatCount, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { useUrlState } from '@/ui/urlState';

const DELIVERIES = graphql(`
  query ConsumerDeliveries($code: ID!, $outcome: DeliveryOutcome, $after: String) {
    consumer(code: $code) {
      code
      deliveries(outcome: $outcome, first: 25, after: $after) {
        totalCount
        nodes {
          number
          outcome
          firstEvent
          lastEvent
          events
          attemptedAt
          tookMs
          status
          message
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

type Delivery = NonNullable<ConsumerDeliveriesQuery['consumer']>['deliveries']['nodes'][number];

const NOTHING = { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } };

interface DeliveriesProps {
  code: string;
  /** Another one when there are new deliveries. */
  beat: number;
}

/** What was attempted, newest first: what came of it, how long it took, and what the receiver said. */
export function Deliveries({ code, beat }: DeliveriesProps) {
  const { t } = useTranslation('consumer');
  const [only, setOnly] = useUrlState('only');
  const isFailedOnly = only === 'failed';
  const outcome = isFailedOnly ? ('FAILED' as const) : null;
  const load = async (after: string | null) =>
    (await ask(DELIVERIES, { code, outcome, after }, true)).consumer?.deliveries ?? NOTHING;
  const list = usePaged(load, `${code} ${outcome ?? ''}`, beat);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="deliveries-title">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3" id="deliveries-title">
          {t('deliveries.title')}
        </Title>
        <Switch
          label={t('deliveries.failedOnly')}
          checked={isFailedOnly}
          onChange={(event) => setOnly(event.currentTarget.checked ? 'failed' : null)}
        />
      </Group>
      {list.isLoading && <Loading lines={4} />}
      {!list.isLoading && list.nodes.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(isFailedOnly ? 'deliveries.noneFailed' : 'deliveries.none')}
        </Text>
      )}
      {list.nodes.length > 0 && <DeliveryTable deliveries={list.nodes} />}
      <More list={list} />
    </Card>
  );
}

function DeliveryTable({ deliveries }: { deliveries: Delivery[] }) {
  const { t } = useTranslation('consumer');
  return (
    <Table.ScrollContainer minWidth={680} type="native">
      <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
        <Caption>{t('deliveries.title')}</Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={150}>{t('deliveries.at')}</Table.Th>
            <Table.Th w={120}>{t('deliveries.outcome')}</Table.Th>
            <Table.Th w={70}>{t('deliveries.status')}</Table.Th>
            <Table.Th w={90} ta="right">
              {t('deliveries.took')}
            </Table.Th>
            <Table.Th>{t('deliveries.events')}</Table.Th>
            <Table.Th>{t('deliveries.answer')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {deliveries.map((delivery) => (
            <Row key={delivery.number} delivery={delivery} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation(['consumer', 'common']);
  const isFailed = delivery.outcome === 'FAILED';
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>{formatInstant(delivery.attemptedAt)}</Table.Td>
      <Table.Td>
        <Tone tone={isFailed ? 'annulled' : 'added'}>{t(`outcome.${delivery.outcome}`)}</Tone>
      </Table.Td>
      <Table.Td>{delivery.status ?? t('nothing', { ns: 'common' })}</Table.Td>
      <Table.Td ta="right">{t('deliveries.ms', { ms: formatCount(delivery.tookMs) })}</Table.Td>
      <Table.Td>
        <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
          {t('deliveries.count', { count: delivery.events, shown: formatCount(delivery.events) })}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {delivery.firstEvent === delivery.lastEvent
            ? delivery.firstEvent
            : t('deliveries.range', { first: delivery.firstEvent, last: delivery.lastEvent })}
        </Text>
      </Table.Td>
      <Table.Td>
        <Folded more={t('deliveries.whole')} less={t('deliveries.brief')}>
          <Text
            size="xs"
            ff={isFailed ? 'monospace' : 'text'}
            c={isFailed ? 'var(--mantine-color-text)' : 'dimmed'}
            style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
          >
            {delivery.message}
          </Text>
        </Folded>
      </Table.Td>
    </Table.Tr>
  );
}
