import { Anchor, Card, Group, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Role } from '@/api/gql/graphql';
import { isOverService, ROLES } from '@/components/roles/roles';
import { Tone } from '@/ui/Badges';
import { Caption } from '@/ui/Caption';
import { Face } from '@/ui/Face';
import { formatDate } from '@/ui/format';
import type { ListedAccount } from './listing';
import classes from './PeopleTable.module.css';

/** Accounts at a glance: who, what kind, which roles. */
export function PeopleTable({ accounts }: { accounts: ListedAccount[] }) {
  const { t } = useTranslation('people');
  return (
    <Card withBorder padding={0} className={classes['frame'] ?? ''}>
      <Table.ScrollContainer minWidth={680} type="native">
        <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
          <Caption>{t('title')}</Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('column.who')}</Table.Th>
              <Table.Th>{t('column.kind')}</Table.Th>
              <Table.Th>{t('column.roles')}</Table.Th>
              <Table.Th>{t('column.state')}</Table.Th>
              <Table.Th>{t('column.since')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {accounts.map((account) => (
              <Row key={account.name} account={account} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Row({ account }: { account: ListedAccount }) {
  const { t } = useTranslation('people');
  const navigate = useNavigate();
  const address = `/people/${encodeURIComponent(account.name)}`;
  return (
    <Table.Tr
      className={classes['row'] ?? ''}
      data-disabled={account.disabledAt ? true : undefined}
      onClick={() => void navigate(address)}
    >
      <Table.Td>
        <Group gap="sm" wrap="nowrap">
          <Face person={account} size={30} />
          <div>
            <Anchor component={Link} to={address} fw={600} size="sm" onClick={(event) => event.stopPropagation()}>
              {account.displayName}
            </Anchor>
            <Text size="xs" c="dimmed" ff="monospace">
              {account.name}
            </Text>
          </div>
        </Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{t(`kind.${account.kind}`)}</Text>
      </Table.Td>
      <Table.Td>
        <Roles grants={account.roles ?? []} />
      </Table.Td>
      <Table.Td>
        <Tone tone={account.disabledAt ? 'retired' : 'added'}>{t(account.disabledAt ? 'state.DISABLED' : 'state.ACTIVE')}</Tone>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{account.kind === 'BUILT_IN' ? t('always') : formatDate(account.createdAt)}</Text>
      </Table.Td>
    </Table.Tr>
  );
}

function Roles({ grants }: { grants: Array<{ role: Role; dictionary?: string | null }> }) {
  const { t } = useTranslation(['people', 'common']);
  const held = ROLES.filter((role) => grants.some((grant) => grant.role === role));
  if (held.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('nothing', { ns: 'common' })}
      </Text>
    );
  }
  return held.map((role) => {
    const own = grants.filter((grant) => grant.role === role);
    const where = own.some((grant) => !grant.dictionary) ? t('roles.everywhere') : t('roles.count', { count: own.length });
    return (
      <Text size="sm" key={role}>
        {t(`role.${role}`, { ns: 'common' })}
        {!isOverService(role) && (
          <Text span size="xs" c="dimmed">
            {' '}
            {where}
          </Text>
        )}
      </Text>
    );
  });
}
