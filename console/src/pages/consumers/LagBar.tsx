import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { lagShare, lagText } from './consumerWords';

interface LagBarProps {
  consumer: { lagEvents?: number | null; lagSeconds?: number | null; failures: number };
}

/** How far behind a consumer is, as a bar and in words. */
export function LagBar({ consumer }: LagBarProps) {
  const { t } = useTranslation('consumer');
  const text = lagText(t, consumer);
  const tone = consumer.failures > 0 ? 'annulled' : (consumer.lagSeconds ?? 0) > 60 ? 'changed' : 'added';
  return (
    <div>
      <Progress.Root size={8} mb={4}>
        <Progress.Section
          value={lagShare(consumer)}
          aria-label={t('lagPicture', { text })}
          style={{ backgroundColor: `var(--svod-${tone})` }}
        />
      </Progress.Root>
      <Text size="xs">{text}</Text>
    </div>
  );
}
