import { Anchor, Box, Group, Paper, Table, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { StateBadge } from '@/ui/Badges';
import { Faces } from '@/ui/Faces';
import { formatAgo, formatInstant, localized } from '@/ui/format';
import type { ListedRequest } from './listing';
import { Missing } from './Missing';
import classes from './RequestTable.module.css';

const DICTIONARIES_SHOWN = 3;

/** The requests as a table; a row opens its request. */
export function RequestTable({ requests }: { requests: ListedRequest[] }) {
  const { t } = useTranslation('request');
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={640}>
        <Table highlightOnHover verticalSpacing="sm" className={classes['table'] ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={56}>{t('list.number')}</Table.Th>
              <Table.Th>{t('list.title')}</Table.Th>
              <Table.Th w={140}>{t('list.state')}</Table.Th>
              <Table.Th w={210}>{t('list.missing')}</Table.Th>
              <Table.Th w={90}>{t('list.authors')}</Table.Th>
              <Table.Th w={140} visibleFrom="md">
                {t('list.updated')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {requests.map((request) => (
              <Row key={request.id} request={request} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Row({ request }: { request: ListedRequest }) {
  const { t } = useTranslation('request');
  const names = request.dictionaries.map(({ dictionary, dictionaryCode }) => localized(dictionary?.name) || dictionaryCode);
  const left = names.length - DICTIONARIES_SHOWN;
  const dictionaries = names.slice(0, DICTIONARIES_SHOWN).join(' · ') + (left > 0 ? ` ${t('list.more', { count: left })}` : '');
  return (
    <Table.Tr className={classes['row'] ?? ''}>
      <Table.Td className={classes['number'] ?? ''}>{request.id}</Table.Td>
      <Table.Td>
        <Anchor component={Link} to={`/requests/${request.id}`} className={classes['link'] ?? ''} underline="hover" size="sm">
          {request.title}
        </Anchor>
        <Text size="xs" c="dimmed" mt={2}>
          {dictionaries || t('list.nothingYet')}
          {request.origin !== 'STEWARD' && ` · ${t(`origin.${request.origin}`)}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <StateBadge state={request.state} />
      </Table.Td>
      <Table.Td>
        <Missing request={request} />
      </Table.Td>
      <Table.Td>
        <Box className={classes['above'] ?? ''} w="fit-content">
          <Faces people={request.authors} size={26} most={3} />
        </Box>
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Tooltip label={formatInstant(request.updatedAt)}>
          <Group className={classes['above'] ?? ''} w="fit-content">
            <Text size="sm">{formatAgo(request.updatedAt)}</Text>
          </Group>
        </Tooltip>
      </Table.Td>
    </Table.Tr>
  );
}
