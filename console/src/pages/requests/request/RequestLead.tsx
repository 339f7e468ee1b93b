import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { basisText } from '@/components/requests/basis';
import { Face } from '@/ui/Face';
import { formatAgo, formatInstant } from '@/ui/format';
import { useRequest } from './context';

/** Number, author, basis, origin and base of the request, and what it says of itself. */
export function RequestLead() {
  const { t } = useTranslation('request');
  const { request } = useRequest();
  const { basis, undoes } = request;
  const basisWords = basisText(basis);
  return (
    <Stack gap={6}>
      <Group gap={8}>
        <span>{t('lead.number', { id: request.id })}</span>
        <span aria-hidden>·</span>
        <Face person={request.author} size={22} named />
        {request.origin !== 'STEWARD' && (
          <>
            <span aria-hidden>·</span>
            <span>{t(`origin.${request.origin}`)}</span>
          </>
        )}
        {undoes && (
          <Anchor component={Link} to={`/publications/${undoes.number}`} size="sm">
            {t('lead.undoes', { number: undoes.number })}
          </Anchor>
        )}
        <span aria-hidden>·</span>
        <span title={t('lead.baseHint')}>
          {request.basePublication > 0 ? t('lead.base', { number: request.basePublication }) : t('lead.baseNone')}
        </span>
        <span aria-hidden>·</span>
        <span title={formatInstant(request.updatedAt)}>{t('lead.updated', { ago: formatAgo(request.updatedAt) })}</span>
      </Group>
      <span>
        {basisWords ? (
          <>
            {t('lead.basis')}{' '}
            {basis?.link ? (
              <Anchor href={basis.link} target="_blank" rel="noreferrer" size="sm">
                {basisWords}
              </Anchor>
            ) : (
              <Text span inherit c="bright">
                {basisWords}
              </Text>
            )}
          </>
        ) : (
          t('lead.noBasis')
        )}
      </span>
      {request.description && (
        <Text size="sm" c="bright" maw={820} style={{ whiteSpace: 'pre-wrap' }}>
          {request.description}
        </Text>
      )}
    </Stack>
  );
}
