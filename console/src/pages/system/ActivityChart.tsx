import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { formatCount } from '@/ui/format';

interface Week {
  weekStart: string;
  added: number;
  changed: number;
  retired: number;
}

/** Changes by weeks as bars. */
export default function ActivityChart({ weeks }: { weeks: Week[] }) {
  const { t } = useTranslation('publication');
  return (
    <BarChart
      h={200}
      data={weeks.map(({ weekStart, added, changed, retired }) => ({
        week: dayjs(weekStart).format('DD.MM'),
        added,
        changed,
        retired,
      }))}
      dataKey="week"
      type="stacked"
      maxBarWidth={28}
      withLegend
      barChartProps={{ accessibilityLayer: false }}
      legendProps={{ verticalAlign: 'top', height: 32 }}
      tickLine="none"
      gridAxis="x"
      yAxisProps={{ width: 60, allowDecimals: false }}
      valueFormatter={formatCount}
      series={[
        { name: 'added', label: t('counts.added'), color: 'var(--svod-added)' },
        { name: 'changed', label: t('counts.changed'), color: 'var(--svod-changed)' },
        { name: 'retired', label: t('counts.retired'), color: 'var(--svod-annulled)' },
      ]}
    />
  );
}
