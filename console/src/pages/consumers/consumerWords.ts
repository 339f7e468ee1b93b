import type { TFunction } from 'i18next';
import type { ConsumerState } from '@/api/gql/graphql';
import { formatDuration } from '@/ui/format';

/** In which tone a state is shown. */
export const STATE_TONE: Record<ConsumerState, string> = {
  UNVERIFIED: 'changed',
  ACTIVE: 'added',
  PAUSED: 'retired',
  QUARANTINED: 'annulled',
  ENDED: 'retired',
};

interface Lag {
  lagEvents?: number | null;
  lagSeconds?: number | null;
}

/** How far behind a consumer is, in words. */
export function lagText(t: TFunction<'consumer'>, { lagEvents, lagSeconds }: Lag): string {
  if (lagEvents === null || lagEvents === undefined) return t('unknown');
  if (lagEvents === 0) return t('upToDate');
  const events = t('lagEvents', { count: lagEvents });
  return lagSeconds ? `${events}, ${t('lagTime', { time: formatDuration(lagSeconds) })}` : events;
}

/** An hour behind fills the bar; the first minute already shows. */
export function lagShare({ lagSeconds, lagEvents }: Lag): number {
  if (!lagEvents) return 0;
  return Math.min(100, Math.max(6, (Math.log10(1 + (lagSeconds ?? 0)) / Math.log10(3601)) * 100));
}
