import { Anchor, Card, Group, Progress, Table, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp, IconLock, IconUsers, IconWorld } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { ageOf, type Freshness } from '@/components/freshness';
import { Tone } from '@/ui/Badges';
import { formatCount, formatDate, localized } from '@/ui/format';
import { SORTS, type Listed, type ListSort, type SortName } from './listing';
import classes from './DictionaryTable.module.css';

interface DictionaryTableProps {
  dictionaries: Listed[];
  sort: ListSort;
  onSort: (order: string) => void;
}

/** The passports of dictionaries at a glance. */
export function DictionaryTable({ dictionaries, sort, onSort }: DictionaryTableProps) {
  const { t } = useTranslation('dictionaries');
  return (
    <Card withBorder padding={0}>
      <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover className={classes['table'] ?? ''}>
        <Table.Caption className={classes['caption'] ?? ''}>{t('title')}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {SORTS.map((name) => (
              <SortHeader key={name} name={name} sort={sort} onSort={onSort} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {dictionaries.map((dictionary) => (
            <DictionaryRow key={dictionary.code} dictionary={dictionary} />
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

interface SortHeaderProps {
  name: SortName;
  sort: ListSort;
  onSort: (order: string) => void;
}

function SortHeader({ name, sort, onSort }: SortHeaderProps) {
  const { t } = useTranslation('dictionaries');
  const isSorted = sort.by === name;
  const Arrow = isSorted ? (sort.isDescending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  const order = isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none';
  return (
    <Table.Th aria-sort={order} data-column={name}>
      <UnstyledButton
        className={classes['sort'] ?? ''}
        data-sorted={isSorted || undefined}
        data-right={name === 'items' || undefined}
        onClick={() => onSort(isSorted && !sort.isDescending ? `-${name}` : name)}
      >
        {t(`column.${name}`)}
        <Arrow size={14} aria-hidden />
      </UnstyledButton>
    </Table.Th>
  );
}

const ACCESS_ICONS = { PUBLIC: IconWorld, INTERNAL: IconUsers, RESTRICTED: IconLock };

function DictionaryRow({ dictionary }: { dictionary: Listed }) {
  const { t } = useTranslation(['dictionaries', 'common']);
  const { code, name, description, owner, access, itemsCount, edition } = dictionary;
  const Picture = ACCESS_ICONS[access];
  const navigate = useNavigate();
  return (
    <Table.Tr className={classes['row'] ?? ''} onClick={() => void navigate(`/dictionaries/${code}`)}>
      <Table.Td data-column="name">
        <Anchor component={Link} to={`/dictionaries/${code}`} fw={600} size="sm" className={classes['name'] ?? ''}>
          {localized(name)}
        </Anchor>
        {description && (
          <Text size="xs" c="dimmed" truncate title={localized(description)}>
            {localized(description)}
          </Text>
        )}
        <Text ff="monospace" size="xs" c="dimmed">
          {code}
        </Text>
      </Table.Td>
      <Table.Td data-column="owner">
        <Text size="xs" c="dimmed" lineClamp={2} title={owner}>
          {owner}
        </Text>
      </Table.Td>
      <Table.Td data-column="items">
        <Text size="sm">{formatCount(itemsCount)}</Text>
      </Table.Td>
      <Table.Td data-column="edition">
        <Text size="sm">{t('edition', { number: edition.number })}</Text>
        {edition.publication && (
          <Text size="xs" c="dimmed">
            {formatDate(edition.publication.publishedAt)}
          </Text>
        )}
      </Table.Td>
      <Table.Td data-column="freshness">
        <FreshnessMark dictionary={dictionary} />
      </Table.Td>
      <Table.Td data-column="access">
        <Group gap={6} wrap="nowrap">
          <Picture size={15} stroke={1.6} color="var(--mantine-color-dimmed)" aria-hidden />
          <Text size="sm">{t(`access.${access}`, { ns: 'common' })}</Text>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

const TONES: Record<Freshness, string> = { FRESH: 'added', DUE: 'changed', OVERDUE: 'annulled', UNKNOWN: 'retired' };

/** How much of the time until the next edition is over. */
function FreshnessMark({ dictionary }: { dictionary: Listed }) {
  const { t } = useTranslation('dictionaries');
  const { edition, updatePeriodDays } = dictionary;
  const { days, share, freshness } = ageOf(edition.publication?.publishedAt, updatePeriodDays);
  if (share === undefined || days === undefined || !updatePeriodDays) {
    return (
      <Text size="xs" c="dimmed">
        {t('freshness.UNKNOWN')}
      </Text>
    );
  }
  return (
    <>
      {freshness === 'FRESH' ? (
        <Text size="sm">{t(`freshness.${freshness}`)}</Text>
      ) : (
        <Tone tone={TONES[freshness]}>{t(`freshness.${freshness}`)}</Tone>
      )}
      <Progress
        size={3}
        my={4}
        value={Math.min(100, 100 * share)}
        color={`var(--svod-${TONES[freshness]})`}
        aria-label={t('freshness.share')}
      />
      <Text size="xs" c="dimmed">
        {t(days === 0 ? 'freshness.period' : 'freshness.passed', { count: updatePeriodDays, days: formatCount(days) })}
      </Text>
    </>
  );
}
