import { Card, Group, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatAgo, formatInstant } from '@/ui/format';
import { lagTone, type ListedConsumer } from './consumers';
import { LagWords } from './Lag';
import classes from './Position.module.css';

interface PositionProps {
  consumer: ListedConsumer;
  newest: { number: number; publishedAt: string } | undefined;
}

/** On which side of its mark a label has room. */
function sideOf(share: number): 'left' | 'middle' | 'right' {
  if (share < 0.15) return 'left';
  return share > 0.85 ? 'right' : 'middle';
}

/** Where a consumer is between the first publication and the newest, as a picture with words. */
export function Position({ consumer, newest }: PositionProps) {
  const { t } = useTranslation('consumer');
  const last = newest?.number ?? 0;
  const at = Math.min(consumer.position.publication, last);
  // The publication in which the consumer is may not be delivered whole.
  const share = last === 0 ? 1 : consumer.lagEvents === 0 ? 1 : at / last;
  const confirmed = consumer.confirmed?.publication;
  const confirmedShare = confirmed === undefined || last === 0 ? undefined : Math.min(1, confirmed / last);
  const words = t(consumer.channel === 'PULL' ? 'position.taken' : 'position.delivered', { number: at });
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="position-title">
      <Group justify="space-between" align="flex-start">
        <Title order={2} size="h3" id="position-title">
          {t('position.title')}
        </Title>
        <LagWords consumer={consumer} />
      </Group>
      <div className={classes['track'] ?? ''} role="img" aria-label={`${words}. ${t('position.newest', { number: last })}`}>
        <div
          className={classes['done'] ?? ''}
          style={{ width: `${share * 100}%`, background: `var(--svod-${lagTone(consumer)})` }}
        />
        <div className={classes['mark'] ?? ''} style={{ left: `${share * 100}%` }} />
        <span
          className={`${classes['label'] ?? ''} ${classes['above'] ?? ''}`}
          data-side={sideOf(share)}
          style={sideOf(share) === 'middle' ? { left: `${share * 100}%` } : {}}
        >
          {words}
        </span>
        <span className={`${classes['label'] ?? ''} ${classes['below'] ?? ''}`} data-side="right">
          {newest ? t('position.newest', { number: last }) : t('position.nothing')}
        </span>
        {confirmedShare !== undefined && (
          <span className={classes['mark'] ?? ''} style={{ left: `${confirmedShare * 100}%`, background: 'var(--svod-added)' }} />
        )}
        <span className={`${classes['label'] ?? ''} ${classes['below'] ?? ''}`} data-side="left">
          {t('position.start')}
        </span>
      </div>
      <Text size="sm">
        {consumer.confirmed && consumer.confirmedAt
          ? t('position.confirmed', { number: consumer.confirmed.publication, at: formatInstant(consumer.confirmedAt) })
          : t('position.unconfirmed')}
      </Text>
      <Text size="sm" c="dimmed">
        {consumer.deliveredAt ? t('position.last', { when: formatAgo(consumer.deliveredAt) }) : t('position.never')}
      </Text>
    </Card>
  );
}
