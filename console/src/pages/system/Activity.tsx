import { Card, Skeleton, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { formatCount, formatDate } from '@/ui/format';

const ActivityChart = lazy(() => import('./ActivityChart'));

const ACTIVITY = graphql(`
  query SystemActivity {
    activity(weeks: 26) {
      weekStart
      publications
      added
      changed
      retired
    }
  }
`);

/** How much changed in which week: a picture, and its numbers for who cannot see it. */
export function Activity() {
  const { t } = useTranslation(['system', 'publication']);
  const { data } = useAsk(ACTIVITY, {}, { types: ['Publication'] });
  const weeks = data?.activity ?? [];
  const isBlank = weeks.every(({ publications }) => publications === 0);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="activity-title">
      <Title order={2} size="h3" id="activity-title">
        {t('activity.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t(data && isBlank ? 'activity.none' : 'activity.hint')}
      </Text>
      {!isBlank && (
        <>
          <div aria-hidden>
            <Suspense fallback={<Skeleton height={200} />}>
              <ActivityChart weeks={weeks} />
            </Suspense>
          </div>
          <VisuallyHidden>
            <Table>
              <caption>{t('activity.title')}</caption>
              <thead>
                <tr>
                  <th>{t('activity.week')}</th>
                  <th>{t('activity.publications')}</th>
                  <th>{t('counts.added', { ns: 'publication' })}</th>
                  <th>{t('counts.changed', { ns: 'publication' })}</th>
                  <th>{t('counts.retired', { ns: 'publication' })}</th>
                </tr>
              </thead>
              <tbody>
                {weeks.map((week) => (
                  <tr key={week.weekStart}>
                    <td>{formatDate(week.weekStart)}</td>
                    <td>{formatCount(week.publications)}</td>
                    <td>{formatCount(week.added)}</td>
                    <td>{formatCount(week.changed)}</td>
                    <td>{formatCount(week.retired)}</td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </VisuallyHidden>
        </>
      )}
    </Card>
  );
}
