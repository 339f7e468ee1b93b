import { Anchor, Paper, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EditionCounts } from '@/components/publications/EditionCounts';
import { approvalsOf, authorsOf } from '@/components/publications/said';
import { basisText } from '@/components/requests/basis';
import type { Person } from '@/ui/Face';
import { Faces } from '@/ui/Faces';
import { formatInstant, localized } from '@/ui/format';
import type { ListedPublication } from './listing';
import classes from './PublicationTable.module.css';

/** So many dictionaries are named; of more only how many there are. */
const NAMED = 3;

/** Publications, one a row. */
export function PublicationTable({ publications }: { publications: ListedPublication[] }) {
  const { t } = useTranslation('publication');
  return (
    <Paper withBorder className={classes['frame'] ?? ''}>
      <Table.ScrollContainer minWidth={760}>
        <Table horizontalSpacing="md" verticalSpacing="sm" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>{t('list.number')}</Table.Th>
              <Table.Th>{t('list.what')}</Table.Th>
              <Table.Th w="36%">{t('list.dictionaries')}</Table.Th>
              <Table.Th w={110}>{t('list.people')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {publications.map((publication) => (
              <Row key={publication.number} publication={publication} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Row({ publication }: { publication: ListedPublication }) {
  const { t } = useTranslation(['publication', 'request']);
  const { number, publishedAt, title, editions } = publication;
  const basis = basisText(publication.basis);
  const approvers = approvalsOf(publication).flatMap(({ person }) => person ?? []);
  const people = new Map<string, Person>([...authorsOf(publication), ...approvers].map((person) => [person.name, person]));
  const left = editions.length - NAMED;
  return (
    <Table.Tr className={classes['row'] ?? ''}>
      <Table.Td>
        <Anchor component={Link} to={`/publications/${number}`} fw={650}>
          {t('list.numbered', { number })}
        </Anchor>
        <Text size="xs" c="dimmed">
          {formatInstant(publishedAt)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" fw={550}>
          {title || t('list.hidden')}
        </Text>
        {basis && (
          <Text size="xs" c="dimmed">
            {basis}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Stack gap={2}>
          {editions.slice(0, NAMED).map((edition) => (
            <div key={edition.dictionaryCode} className={classes['edition'] ?? ''}>
              <Text span size="sm">
                {localized(edition.dictionary?.name) || edition.dictionaryCode}
              </Text>
              <EditionCounts {...edition} />
            </div>
          ))}
          {left > 0 && (
            <Text size="xs" c="dimmed">
              {t('list.more', { count: left })}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Faces people={[...people.values()]} />
      </Table.Td>
    </Table.Tr>
  );
}
