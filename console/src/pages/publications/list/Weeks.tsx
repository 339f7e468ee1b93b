import { Paper, Skeleton, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { formatCount, formatDate } from '@/ui/format';
import { PUBLICATION_ACTIVITY, weeksOf } from './listing';

const WeeksChart = lazy(() => import('./WeeksChart'));

/** How much changed in which week: a picture, and its numbers for who cannot see it. Nothing until anything changed. */
export function Weeks() {
  const { t } = useTranslation('publication');
  const { data } = useAsk(PUBLICATION_ACTIVITY, {}, { types: ['Publication'] });
  const weeks = useMemo(() => (data ? weeksOf(data.publications) : []), [data]);
  if (weeks.length === 0) return null;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="weeks-title">
      <Title order={2} size="h4" id="weeks-title">
        {t('weeks.title')}
      </Title>
      <Text size="xs" c="dimmed" mb={4}>
        {t('weeks.hint')}
      </Text>
      <div aria-hidden>
        <Suspense fallback={<Skeleton height={150} />}>
          <WeeksChart weeks={weeks} />
        </Suspense>
      </div>
      <VisuallyHidden>
        <Table>
          <caption>{t('weeks.title')}</caption>
          <thead>
            <tr>
              <th>{t('weeks.week')}</th>
              <th>{t('counts.added')}</th>
              <th>{t('counts.changed')}</th>
              <th>{t('counts.retired')}</th>
            </tr>
          </thead>
          <tbody>
            {weeks.map(({ start, added, changed, retired }) => (
              <tr key={start}>
                <td>{formatDate(start)}</td>
                <td>{formatCount(added)}</td>
                <td>{formatCount(changed)}</td>
                <td>{formatCount(retired)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </VisuallyHidden>
    </Paper>
  );
}
