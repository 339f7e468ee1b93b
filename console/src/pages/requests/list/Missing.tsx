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
  const open = stages.filter((stage) => stage.missing > 0);
  if (state === 'IN_REVIEW' && open.length > 0) {
    const told = open.slice(0, 2).map((stage) => {
      const who = localized(stage.name) || t(`role.${stage.role}`, { ns: 'common' });
      return t('list.approvals', { count: stage.missing, who });
    });
    return (
      <Text size="sm">
        {told.join('; ')}
        {open.length > 2 && ` ${t('list.more', { count: open.length - 2 })}`}
      </Text>
    );
  }
  if (state === 'SCHEDULED' && scheduledAt) return <Text size="sm">{t('list.goesOut', { at: formatInstant(scheduledAt) })}</Text>;
  return (
    <Text size="sm" c={state === 'REJECTED' || state === 'WITHDRAWN' ? 'dimmed' : 'bright'}>
      {t(`list.waits.${state}`)}
    </Text>
  );
}
