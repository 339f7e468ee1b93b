import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { formatDate } from './format';

/** An interval of valid time as a phrase. `until` is the first day on which it holds no more, as everywhere in Svod. */
export function periodText(t: TFunction, from: string | null | undefined, until: string | null | undefined): string {
  if (from && until) return t('time.range', { ns: 'common', from: formatDate(from), to: formatDate(until) });
  if (from) return t('time.from', { ns: 'common', date: formatDate(from) });
  if (until) return t('time.until', { ns: 'common', date: formatDate(until) });
  return t('time.always', { ns: 'common' });
}

interface PeriodProps {
  from: string | null | undefined;
  until: string | null | undefined;
}

export function Period({ from, until }: PeriodProps) {
  const { t } = useTranslation();
  return (
    <Text span size="sm" style={{ whiteSpace: 'nowrap' }}>
      {periodText(t, from, until)}
    </Text>
  );
}
