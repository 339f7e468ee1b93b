import { Button, Card, Group, SegmentedControl, Table, Text, Title } from '@mantine/core';
import { IconTruckDelivery } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { DeliveriesQuery } from '@/api/gql/graphql';
import { ask, useAsk, useBusy } from '@/api/asking';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { formatInstant } from '@/ui/format';
import { useUrlState } from '@/ui/urlState';

const DELIVERIES = graphql(`
  query Deliveries($code: ID!, $after: String) {
    consumer(code: $code) {
      code
      deliveries(first: 50, after: $after) {
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
          node
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

type Page = NonNullable<DeliveriesQuery['consumer']>['deliveries'];

interface DeliveriesProps {
  consumer: string;
  /** Changes when there may be new ones. */
  beat: string;
}

/** The attempts to deliver, newest first, with what the receiver said. */
export function Deliveries({ consumer, beat }: DeliveriesProps) {
  const { t } = useTranslation(['consumer', 'common']);
  const [show, setShow] = useUrlState('show', 'all');
  const [more, setMore] = useState<Page>();
  const [isBusy, run] = useBusy();
  const { data, again } = useAsk(DELIVERIES, { code: consumer, after: null }, { types: ['Delivery'] });
  useEffect(again, [again, beat]);
  const first = data?.consumer?.deliveries;
  const page = (more ?? first)?.pageInfo;
  const all = [...(first?.nodes ?? []), ...(more?.nodes ?? [])];
  const shown = show === 'failed' ? all.filter((delivery) => delivery.outcome === 'FAILED') : all;
  const showMore = () =>
    run(async () => {
      const next = (await ask(DELIVERIES, { code: consumer, after: page?.endCursor ?? null })).consumer?.deliveries;
      if (next) setMore({ ...next, nodes: [...(more?.nodes ?? []), ...next.nodes] });
    });
  return (
    <Card withBorder padding="lg">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3">
          {t('deliveries.title')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t('deliveries.title')}
          value={show}
          onChange={(next) => setShow(next)}
          data={(['all', 'failed'] as const).map((value) => ({ value, label: t(`deliveries.${value}`) }))}
        />
      </Group>
      {first && shown.length === 0 && (
        <Empty icon={IconTruckDelivery} title={t('deliveries.none')} hint={t('deliveries.noneHint')} />
      )}
      {shown.length > 0 && (
        <Table.ScrollContainer minWidth={720}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {(['when', 'outcome', 'events', 'took', 'answer'] as const).map((name) => (
                  <Table.Th key={name}>{t(`deliveries.column.${name}`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((delivery) => (
                <Table.Tr key={delivery.number}>
                  <Table.Td>{formatInstant(delivery.attemptedAt)}</Table.Td>
                  <Table.Td>
                    <Tone tone={delivery.outcome === 'DELIVERED' ? 'added' : 'annulled'}>
                      {t(`deliveries.${delivery.outcome}`)}
                    </Tone>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{t('deliveries.events', { count: delivery.events })}</Text>
                    <Text size="xs" c="dimmed" ff="monospace">
                      {delivery.firstEvent}
                      {delivery.lastEvent !== delivery.firstEvent && ` … ${delivery.lastEvent}`}
                    </Text>
                  </Table.Td>
                  <Table.Td>{t('deliveries.ms', { count: delivery.tookMs })}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    <Text size="sm">
                      {delivery.status ?? ''} {delivery.message || (delivery.status ? '' : t('deliveries.noAnswer'))}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {page?.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={isBusy} onClick={() => void showMore()}>
            {t('action.more', { ns: 'common' })}
          </Button>
        </Group>
      )}
    </Card>
  );
}
