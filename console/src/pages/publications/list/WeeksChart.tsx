import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { formatCount } from '@/ui/format';
import type { Week } from './listing';

const day = (date: string): string => dayjs(date).format('DD.MM');

/** Changes by weeks as bars. */
export default function WeeksChart({ weeks }: { weeks: Week[] }) {
  const { t } = useTranslation('publication');
  const data = weeks.map(({ start, ...counts }) => ({
    week: day(start),
    ...counts,
  }));
  return (
    <BarChart
      h={140}
      data={data}
      dataKey="week"
      type="stacked"
      maxBarWidth={28}
      withLegend
      barChartProps={{ accessibilityLayer: false }}
      legendProps={{ verticalAlign: 'top', height: 28 }}
      tickLine="none"
      gridAxis="x"
      yAxisProps={{ width: 44, allowDecimals: false }}
      valueFormatter={formatCount}
      series={[
        { name: 'added', label: t('counts.added'), color: 'var(--svod-added)' },
        { name: 'changed', label: t('counts.changed'), color: 'var(--svod-changed)' },
        { name: 'retired', label: t('counts.retired'), color: 'var(--svod-annulled)' },
      ]}
    />
  );
}
