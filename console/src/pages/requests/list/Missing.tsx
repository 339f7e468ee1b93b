import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatInstant, localized } from '@/ui/format';
import type { ListedRequest } from './listing';

/** What a request waits for, in a few words. */
export function Missing({ request }: { request: ListedRequest }) {
  const { t } = useTranslation('request');
  const { state, publication, scheduledAt, stages } = request;
  if (state === 'PUBLISHED' && publication) {
    return (
      <Anchor component={Link} to={`/publications/${publication.number}`} size="sm" className="above">
        {t('list.publication', { number: publication.number })}
      </Anchor>
    );
  }
  const missing = new Map<string, number>();
  for (const stage of stages) {
    const who = localized(stage.name) || t(`role.${stage.role}`, { ns: 'common' });
    if (stage.missing > 0) missing.set(who, (missing.get(who) ?? 0) + stage.missing);
  }
  if (state === 'IN_REVIEW' && missing.size > 0) {
    const told = [...missing].map(([who, count]) => t('list.approvals', { count, who }));
    return <Text size="sm">{told.join('; ')}</Text>;
  }
  if (state === 'SCHEDULED' && scheduledAt) return <Text size="sm">{t('list.goesOut', { at: formatInstant(scheduledAt) })}</Text>;
  return (
    <Text size="sm" c={state === 'REJECTED' || state === 'WITHDRAWN' ? 'dimmed' : 'bright'}>
      {t(`list.waits.${state}`)}
    </Text>
  );
}
