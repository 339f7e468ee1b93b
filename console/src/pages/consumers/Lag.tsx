import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatCount, formatDuration } from '@/ui/format';
import { lagTone, type ListedConsumer } from './consumers';
import classes from './Lag.module.css';

interface LagProps {
  consumer: Pick<ListedConsumer, 'lagEvents' | 'lagSeconds'>;
  /** How many events a full bar is. */
  most: number;
}

/** How far a consumer is behind, in words. */
export function LagWords({ consumer }: Pick<LagProps, 'consumer'>) {
  const { t } = useTranslation('consumer');
  const { lagEvents, lagSeconds } = consumer;
  if (lagEvents === null || lagEvents === undefined) {
    return (
      <Text size="xs" c="dimmed">
        {t('lag.unknown')}
      </Text>
    );
  }
  return (
    <Text size="xs" mt={4} c={`var(--svod-${lagTone(consumer)})`}>
      {lagEvents === 0
        ? t('lag.none')
        : t('lag.events', { count: lagEvents, shown: formatCount(lagEvents), time: formatDuration(lagSeconds ?? 0) })}
    </Text>
  );
}

/** How far a consumer is behind, in events and time: a bar, and its words. */
export function Lag({ consumer, most }: LagProps) {
  const { lagEvents } = consumer;
  const tone = lagTone(consumer);
  if (lagEvents === null || lagEvents === undefined) return <LagWords consumer={consumer} />;
  // A root, because one consumer that never fetched anything would make all others look as if they had all.
  const share = lagEvents === 0 ? 0 : Math.max(0.06, Math.sqrt(lagEvents / Math.max(most, 1)));
  return (
    <>
      <div className={classes['bar'] ?? ''} aria-hidden>
        <div
          className={classes['fill'] ?? ''}
          style={{
            width: lagEvents === 0 ? '100%' : `${Math.min(100, share * 100)}%`,
            background: `var(--svod-${tone})`,
            opacity: lagEvents === 0 ? 0.35 : 1,
          }}
        />
      </div>
      <LagWords consumer={consumer} />
    </>
  );
}
