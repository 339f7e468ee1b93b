import { ActionIcon, Button, Card, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import type { Role } from '@/api/gql/graphql';
import { act, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { localized } from '@/ui/format';
import { Refusals } from '@/ui/Refusals';
import { useTargets } from '../dictionary/shape';

const GRANT = graphql(`
  mutation PeopleGrant($input: RoleInput!) {
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
  mutation PeopleRevoke($input: RoleInput!) {
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

export interface Grant {
  role: Role;
  dictionary?: string | null;
}

const OVER_SERVICE = new Set<Role>(['ADMINISTRATOR', 'AUDITOR']);
const ROLES: Role[] = ['READER', 'STEWARD', 'APPROVER', 'OWNER', 'ADMINISTRATOR', 'AUDITOR'];

interface RolesProps {
  account: string;
  grants: Grant[];
  canChange: boolean;
}

/** The roles of an account, each with what it allows; to be granted and taken away by administrators. */
export function Roles({ account, grants, canChange }: RolesProps) {
  const { t } = useTranslation(['people', 'common']);
  const targets = useTargets();
  const [role, setRole] = useState<Role | null>(null);
  const [dictionary, setDictionary] = useState<string>('');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [isBusy, run] = useBusy();
  const nameOf = (grant: Grant) => {
    if (grant.dictionary) return localized(targets?.get(grant.dictionary)?.name) || grant.dictionary;
    return OVER_SERVICE.has(grant.role) ? t('service') : t('everywhere');
  };
  const change = (isGranted: boolean, grant: Grant) =>
    run(async () => {
      const input = { account, role: grant.role, dictionary: grant.dictionary ?? null };
      try {
        const errors = isGranted
          ? (await act(GRANT, { input })).grantRole.errors
          : (await act(REVOKE, { input })).revokeRole.errors;
        setRefusals(errors);
        if (errors.length === 0 && isGranted) setRole(null);
      } catch (error) {
        setRefusals(refusalsOf(error));
      }
    });
  const places = [
    { value: '', label: role && OVER_SERVICE.has(role) ? t('service') : t('everywhere') },
    ...[...(targets?.values() ?? [])].map((target) => ({ value: target.code, label: localized(target.name) })),
  ];
  return (
    <Card withBorder padding="lg">
      <Title order={2} size="h3">
        {t('roles.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {grants.length === 0 ? t('noRoles') : t('roles.hint')}
      </Text>
      <Table>
        <Table.Tbody>
          {grants.map((grant) => (
            <Table.Tr key={`${grant.role} ${grant.dictionary ?? ''}`}>
              <Table.Td fw={600}>{t(`role.${grant.role}`, { ns: 'common' })}</Table.Td>
              <Table.Td>{nameOf(grant)}</Table.Td>
              <Table.Td c="dimmed">{t(`roles.meaning.${grant.role}`)}</Table.Td>
              <Table.Td w={40}>
                {canChange && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t('roles.revoke', { role: t(`role.${grant.role}`, { ns: 'common' }) })}
                    onClick={() => void change(false, grant)}
                  >
                    <IconX size={16} aria-hidden />
                  </ActionIcon>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Stack gap="xs" mt="sm">
        {canChange && (
          <Group align="flex-end">
            <Select
              label={t('roles.role')}
              data={ROLES.map((value) => ({
                value,
                label: `${t(`role.${value}`, { ns: 'common' })} — ${t(`roles.meaning.${value}`)}`,
              }))}
              value={role}
              onChange={(next) => setRole(next as Role | null)}
              flex={1}
              miw={260}
            />
            <Select
              label={t('roles.on')}
              data={places}
              value={role && OVER_SERVICE.has(role) ? '' : dictionary}
              disabled={role !== null && OVER_SERVICE.has(role)}
              searchable
              onChange={(next) => setDictionary(next ?? '')}
              miw={240}
            />
            <Button
              disabled={!role}
              loading={isBusy}
              onClick={() =>
                role && void change(true, { role, dictionary: OVER_SERVICE.has(role) || dictionary === '' ? null : dictionary })
              }
            >
              {t('roles.grant')}
            </Button>
          </Group>
        )}
        <Refusals refusals={refusals} />
      </Stack>
    </Card>
  );
}
