import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { basisText } from '@/components/requests/basis';
import { formatDate } from '@/ui/format';
import { authorsOf, type PublicationSaid } from './said';

/** Which publication something comes from: its number and day, and below who wrote it and on what basis. */
export function Source({ publication }: { publication: PublicationSaid }) {
  const { t } = useTranslation(['publication', 'request']);
  const authors = authorsOf(publication)
    .map(({ displayName }) => displayName)
    .join(', ');
  const said = [authors, basisText(publication.basis) || publication.title].filter(Boolean).join(' · ');
  return (
    <>
      <Text size="sm">
        <Anchor component={Link} to={`/publications/${publication.number}`} size="sm">
          {t('namedDated', { number: publication.number, date: formatDate(publication.publishedAt) })}
        </Anchor>
      </Text>
      {said && (
        <Text size="xs" c="dimmed">
          {said}
        </Text>
      )}
    </>
  );
}
