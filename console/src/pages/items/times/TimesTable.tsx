import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Anchor } from '@mantine/core';
import { formatDate } from '@/ui/format';
import { Period } from '@/ui/Period';
import type { HistoryVersion } from '../reading';

function PublicationCell({ publication }: { publication: HistoryVersion['publication'] }) {
  const { t } = useTranslation(['item', 'common']);
  if (!publication) return <>{t('times.stillKnown')}</>;
  return (
    <>
      <Anchor component={Link} to={`/publications/${publication.number}`} size="sm">
        {t('times.band', { number: publication.number })}
      </Anchor>{' '}
      {formatDate(publication.publishedAt)}
    </>
  );
}

/** The picture in words: every version with its dates and the publications between which it was what was known. */
export function TimesTable({
  history,
  labelOf,
}: {
  history: Array<HistoryVersion & { changed: string[] }>;
  labelOf: (code: string) => string;
}) {
  const { t } = useTranslation('item');
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('times.columns.valid')}</Table.Th>
            <Table.Th>{t('times.columns.name')}</Table.Th>
            <Table.Th>{t('times.columns.changed')}</Table.Th>
            <Table.Th>{t('times.columns.known')}</Table.Th>
            <Table.Th>{t('times.columns.replaced')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {history.map((version) => (
            <Table.Tr key={`${version.publication?.number} ${version.validFrom ?? ''}`}>
              <Table.Td>
                <Period from={version.validFrom} until={version.validTo} />
              </Table.Td>
              <Table.Td>{version.name}</Table.Td>
              <Table.Td>{version.changed.map(labelOf).join(', ')}</Table.Td>
              <Table.Td>
                <PublicationCell publication={version.publication ?? null} />
              </Table.Td>
              <Table.Td>
                <PublicationCell publication={version.supersededIn ?? null} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
