import { Anchor, Card, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Tone } from '@/ui/Badges';
import { Caption } from '@/ui/Caption';
import { formatAgo, formatInstant } from '@/ui/format';
import { standingOf, STANDING_TONES, type ListedConsumer } from './consumers';
import { Lag } from './Lag';
import classes from './Lag.module.css';

/** Consumers at a glance. */
export function ConsumersTable({ consumers }: { consumers: ListedConsumer[] }) {
  const { t } = useTranslation('consumer');
  const most = Math.max(...consumers.map(({ lagEvents }) => lagEvents ?? 0));
  return (
    <Card withBorder padding={0} className={classes['frame'] ?? ''}>
      <Table.ScrollContainer minWidth={720} type="native">
        <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
          <Caption>{t('title')}</Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column.consumer')}</Table.Th>
              <Table.Th w={170}>{t('column.state')}</Table.Th>
              <Table.Th>{t('column.channel')}</Table.Th>
              <Table.Th w={190}>{t('column.lag')}</Table.Th>
              <Table.Th>{t('column.delivered')}</Table.Th>
              <Table.Th visibleFrom="md">{t('column.contact')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {consumers.map((consumer) => (
              <Row key={consumer.code} consumer={consumer} most={most} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Row({ consumer, most }: { consumer: ListedConsumer; most: number }) {
  const { t } = useTranslation('consumer');
  const navigate = useNavigate();
  const standing = standingOf(consumer);
  const address = `/consumers/${encodeURIComponent(consumer.code)}`;
  return (
    <Table.Tr className={classes['row'] ?? ''} onClick={() => void navigate(address)}>
      <Table.Td>
        <Anchor component={Link} to={address} fw={600} size="sm" onClick={(event) => event.stopPropagation()}>
          {consumer.title || consumer.code}
        </Anchor>
        <Text size="xs" c="dimmed" ff="monospace">
          {consumer.code}
        </Text>
      </Table.Td>
      <Table.Td>
        <Tone tone={STANDING_TONES[standing]}>{t(`state.${standing}`)}</Tone>
        {consumer.failures > 0 && (
          <Text size="xs" c="var(--svod-annulled)" mt={4}>
            {t('failures', { count: consumer.failures })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{t(`channel.${consumer.channel}`)}</Text>
        {consumer.url && (
          <Text size="xs" c="dimmed" truncate title={consumer.url} className={classes['address'] ?? ''}>
            {consumer.url.replace(/^\w+:\/\//, '')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Lag consumer={consumer} most={most} />
      </Table.Td>
      <Table.Td>
        {consumer.deliveredAt ? (
          <Text size="sm" title={formatInstant(consumer.deliveredAt)}>
            {formatAgo(consumer.deliveredAt)}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            {t('never')}
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {consumer.contact}
        </Text>
        <Text size="xs" c="dimmed">
          {consumer.account?.displayName}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
