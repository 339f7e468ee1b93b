import { Card, Checkbox, Group, Stack, Table, Text, Title, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { act } from '@/api/asking';
import { useDoing } from '@/api/doing';
import { graphql } from '@/api/gql';
import type { Role } from '@/api/gql/graphql';
import { useDictionaryNames } from '@/components/DictionariesSelect';
import { isOverService, ROLES } from '@/components/roles/roles';
import { Caption } from '@/ui/Caption';
import { Refusals } from '@/ui/Refusals';
import classes from './RoleMatrix.module.css';

const GRANT = graphql(`
  mutation PersonGrant($input: RoleInput!) {
    grantRole(input: $input) {
      account {
        name
        roles {
          role
          dictionary
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const REVOKE = graphql(`
  mutation PersonRevoke($input: RoleInput!) {
    revokeRole(input: $input) {
      account {
        name
        roles {
          role
          dictionary
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

interface Grant {
  role: Role;
  dictionary?: string | null;
}

interface RoleMatrixProps {
  account: string;
  grants: Grant[];
  mayChange: boolean;
  onChanged: () => void;
}

const OVER_SERVICE = ROLES.filter(isOverService);
const ON_DICTIONARIES = ROLES.filter((role) => !isOverService(role));

/** Which role an account has where: ticks that grant and revoke at once. */
export function RoleMatrix({ account, grants, mayChange, onChanged }: RoleMatrixProps) {
  const { t } = useTranslation(['people', 'common']);
  const dictionaries = useDictionaryNames();
  const doing = useDoing();
  const has = (role: Role, dictionary: string | null) =>
    grants.some((grant) => grant.role === role && (grant.dictionary ?? null) === dictionary);
  const toggle = (role: Role, dictionary: string | null) =>
    void doing.run(async () => {
      const input = { account, role, ...(dictionary ? { dictionary } : {}) };
      return has(role, dictionary) ? (await act(REVOKE, { input })).revokeRole : (await act(GRANT, { input })).grantRole;
    }, onChanged);
  const cell = (role: Role, dictionary: string | null, where: string) => (
    <Cell
      label={t('roles.cell', { role: t(`role.${role}`, { ns: 'common' }), where })}
      isHeld={has(role, dictionary)}
      isInherited={dictionary !== null && has(role, null)}
      isDisabled={!mayChange || doing.isBusy}
      onToggle={() => toggle(role, dictionary)}
    />
  );
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="matrix-title">
      <Title order={2} size="h3" id="matrix-title">
        {t('roles.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t(mayChange ? 'roles.hint' : 'roles.readonly')}
      </Text>
      <Stack gap="md">
        <Refusals refusals={doing.refusals} onClose={doing.forget} />
        <Group gap="xl" align="flex-start">
          {OVER_SERVICE.map((role) => (
            <Checkbox
              key={role}
              label={t(`role.${role}`, { ns: 'common' })}
              description={t(`roles.may.${role}`)}
              maw={400}
              checked={has(role, null)}
              disabled={!mayChange}
              onChange={() => toggle(role, null)}
            />
          ))}
        </Group>
        <Table.ScrollContainer minWidth={620} type="native">
          <Table verticalSpacing={6} className={classes['table'] ?? ''}>
            <Caption>{t('roles.title')}</Caption>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('roles.dictionary')}</Table.Th>
                {ON_DICTIONARIES.map((role) => (
                  <Table.Th key={role} scope="col" w={124}>
                    <Tooltip label={t(`roles.may.${role}`)} multiline w={260}>
                      <span>{t(`role.${role}`, { ns: 'common' })}</span>
                    </Tooltip>
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              <Table.Tr className={classes['everywhere'] ?? ''}>
                <Table.Th scope="row">
                  <Text size="sm" fw={600}>
                    {t('roles.everywhereRow')}
                  </Text>
                </Table.Th>
                {ON_DICTIONARIES.map((role) => (
                  <Table.Td key={role}>{cell(role, null, t('roles.everywhereRow'))}</Table.Td>
                ))}
              </Table.Tr>
              {dictionaries.map(({ value, label }) => (
                <Table.Tr key={value}>
                  <Table.Th scope="row">
                    <Text size="sm">{label}</Text>
                  </Table.Th>
                  {ON_DICTIONARIES.map((role) => (
                    <Table.Td key={role}>{cell(role, value, label)}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Stack>
    </Card>
  );
}

interface CellProps {
  label: string;
  isHeld: boolean;
  /** The role is held on every dictionary, and so here. */
  isInherited: boolean;
  isDisabled: boolean;
  onToggle: () => void;
}

function Cell({ label, isHeld, isInherited, isDisabled, onToggle }: CellProps) {
  const { t } = useTranslation('people');
  const box = (
    <Checkbox
      aria-label={label}
      checked={isHeld || isInherited}
      indeterminate={isInherited && !isHeld}
      disabled={isDisabled || (isInherited && !isHeld)}
      onChange={onToggle}
    />
  );
  return (
    <div className={classes['cell'] ?? ''}>
      {isInherited && !isHeld ? (
        <Tooltip label={t('roles.inherited')}>
          <span>{box}</span>
        </Tooltip>
      ) : (
        box
      )}
    </div>
  );
}
