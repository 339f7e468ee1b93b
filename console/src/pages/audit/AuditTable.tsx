import { Anchor, Card, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { addressOf, useActName } from '@/components/audit/acts';
import { Tone } from '@/ui/Badges';
import { Caption } from '@/ui/Caption';
import { Face } from '@/ui/Face';
import { formatInstant } from '@/ui/format';
import type { Entry } from './listing';
import classes from './AuditTable.module.css';

interface AuditTableProps {
  entries: Entry[];
  onOpen: (entry: Entry) => void;
}

/** Records at a glance; each opens whole. */
export function AuditTable({ entries, onOpen }: AuditTableProps) {
  const { t } = useTranslation('audit');
  return (
    <Card withBorder padding={0} className={classes['frame'] ?? ''}>
      <Table.ScrollContainer minWidth={720} type="native">
        <Table horizontalSpacing="md" highlightOnHover>
          <Caption>{t('title')}</Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column.at')}</Table.Th>
              <Table.Th>{t('column.who')}</Table.Th>
              <Table.Th>{t('column.act')}</Table.Th>
              <Table.Th>{t('column.subject')}</Table.Th>
              <Table.Th>{t('column.outcome')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Row key={entry.number} entry={entry} onOpen={onOpen} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Row({ entry, onOpen }: { entry: Entry; onOpen: (entry: Entry) => void }) {
  const { t } = useTranslation('audit');
  const nameOf = useActName();
  return (
    <Table.Tr className={classes['row'] ?? ''} onClick={() => onOpen(entry)}>
      <Table.Td className={classes['time'] ?? ''}>
        <Anchor
          component="button"
          type="button"
          size="sm"
          aria-label={`${formatInstant(entry.at)}. ${t('detail.open', { number: entry.number })}`}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(entry);
          }}
        >
          {formatInstant(entry.at)}
        </Anchor>
      </Table.Td>
      <Table.Td>
        {entry.account ? <Face person={entry.account} size={22} named /> : <Text size="sm">{entry.actor || t('noSubject')}</Text>}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{nameOf(entry.act)}</Text>
      </Table.Td>
      <Table.Td className={classes['subject'] ?? ''}>
        <Subject subject={entry.subject} />
      </Table.Td>
      <Table.Td>
        <Outcome entry={entry} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What an act was done to, as a link where the console can show it. */
export function Subject({ subject }: { subject: string }) {
  const { t } = useTranslation('audit');
  const to = addressOf(subject);
  if (!subject) return <Text size="sm">{t('noSubject')}</Text>;
  if (!to) {
    return (
      <Text size="xs" ff="monospace">
        {subject}
      </Text>
    );
  }
  return (
    <Anchor component={Link} to={to} size="xs" ff="monospace" onClick={(event) => event.stopPropagation()}>
      {subject}
    </Anchor>
  );
}

/** What came of an act: done, or refused with the code. */
export function Outcome({ entry }: { entry: Entry }) {
  const { t } = useTranslation('audit');
  if (!entry.refused) return <Tone tone="added">{t('done')}</Tone>;
  return (
    <>
      <Tone tone="annulled">{t('refused')}</Tone>
      <Text size="xs" c="dimmed" ff="monospace" mt={2}>
        {entry.outcome}
      </Text>
    </>
  );
}
