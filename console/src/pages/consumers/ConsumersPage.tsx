import { Anchor, Button, Card, Group, Table, Text } from '@mantine/core';
import { IconPlug } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { refusalsOf } from '@/api/refusals';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { formatAgo } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { STATE_TONE } from './consumerWords';
import { LagBar } from './LagBar';
import { RegisterDialog } from './RegisterDialog';

const CONSUMERS = graphql(`
  query Consumers {
    consumers(first: 200) {
      nodes {
        code
        title
        contact
        channel
        state
        stateReason
        lagEvents
        lagSeconds
        failures
        failingSince
        deliveredAt
      }
    }
  }
`);

const REFRESHED_EVERY_MS = 4000;

/** The systems that follow the feed, each with how far behind it is. */
export default function ConsumersPage() {
  const { t } = useTranslation('consumer');
  const { data, error, isLoading, again } = useAsk(CONSUMERS, {}, { types: ['Consumer'] });
  const [isAdding, setAdding] = useState(false);
  useEffect(() => {
    const timer = setInterval(again, REFRESHED_EVERY_MS);
    return () => clearInterval(timer);
  }, [again]);
  const consumers = data?.consumers?.nodes ?? [];
  const add = (
    <Button leftSection={<IconPlug size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t('add')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={consumers.length > 0 && add}>
      {isLoading && <Loading />}
      {error && !data && <Refusals refusals={refusalsOf(error)} />}
      {data && consumers.length === 0 && <Empty icon={IconPlug} title={t('none')} hint={t('noneHint')} action={add} />}
      {consumers.length > 0 && (
        <Card withBorder padding={0}>
          <Table.ScrollContainer minWidth={760}>
            <Table highlightOnHover verticalSpacing="sm" horizontalSpacing="md">
              <Table.Thead>
                <Table.Tr>
                  {(['name', 'state', 'lag', 'delivered', 'contact'] as const).map((name) => (
                    <Table.Th key={name}>{t(`column.${name}`)}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {consumers.map((consumer) => (
                  <Table.Tr key={consumer.code}>
                    <Table.Td>
                      <Anchor component={Link} to={`/consumers/${consumer.code}`} size="sm" fw={600}>
                        {consumer.title}
                      </Anchor>
                      <Text size="xs" c="dimmed">
                        {consumer.code} · {t(`channel.${consumer.channel}`)}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <Group gap={4}>
                        <Tone tone={STATE_TONE[consumer.state]}>{t(`state.${consumer.state}`)}</Tone>
                      </Group>
                      {consumer.failures > 0 && (
                        <Text size="xs" c="var(--svod-annulled)">
                          {t('failures', { count: consumer.failures })}
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td w={220}>
                      <LagBar consumer={consumer} />
                    </Table.Td>
                    <Table.Td>
                      <Text size="sm">{consumer.deliveredAt ? formatAgo(consumer.deliveredAt) : t('never')}</Text>
                    </Table.Td>
                    <Table.Td>{consumer.contact}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
      {isAdding && <RegisterDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}
