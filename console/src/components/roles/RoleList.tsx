import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Role } from '@/api/gql/graphql';
import { useDictionaryNames } from '../DictionariesSelect';
import { ROLES, isOverService } from './roles';

interface RoleListProps {
  roles: Array<{ role: Role; dictionary?: string | null }>;
}

/** Roles in words: what each lets one do, and on which dictionaries. */
export function RoleList({ roles }: RoleListProps) {
  const { t } = useTranslation(['people', 'common']);
  const names = new Map(useDictionaryNames().map(({ value, label }) => [value, label]));
  const held = ROLES.filter((role) => roles.some((grant) => grant.role === role));
  if (held.length === 0) return <Text size="sm">{t('roles.none')}</Text>;
  return (
    <Stack gap="sm">
      {held.map((role) => {
        const grants = roles.filter((grant) => grant.role === role);
        const isEverywhere = grants.some((grant) => !grant.dictionary);
        const where = grants.map((grant) => names.get(grant.dictionary ?? '') ?? grant.dictionary).join(', ');
        return (
          <div key={role}>
            <Text size="sm">
              <Text span fw={600}>
                {t(`role.${role}`, { ns: 'common' })}
              </Text>
              {isOverService(role) ? '' : ` · ${isEverywhere ? t('roles.everywhere') : where}`}
            </Text>
            <Text size="xs" c="dimmed">
              {t(`roles.may.${role}`)}
            </Text>
          </div>
        );
      })}
    </Stack>
  );
}
