import { Anchor, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAsk } from '@/api/asking';
import { DefinitionTable } from '@/components/differences/DefinitionTable';
import { localized } from '@/ui/format';
import { useRequest } from '../context';
import { REQUEST_DEFINITIONS } from './reading';

/** What changes in the passports and structures of dictionaries; nothing where they stay. */
export function DefinitionChanges() {
  const { t } = useTranslation('request');
  const { request } = useRequest();
  const isAny = request.dictionaries.some(({ definitionChanged }) => definitionChanged);
  const { data } = useAsk(REQUEST_DEFINITIONS, { id: request.id }, { pause: !isAny });
  const changed = (data?.changeRequest?.dictionaries ?? []).filter(({ definitionChanged }) => definitionChanged);
  if (!isAny) return null;
  return (
    <Stack gap="sm">
      {changed.map(({ dictionaryCode, dictionary, definitionChanges }) => {
        const name = request.dictionaries.find((each) => each.dictionaryCode === dictionaryCode)?.dictionary?.name;
        return (
          <Paper key={dictionaryCode} withBorder p="md">
            <Title order={3} mb="xs">
              {dictionary
                ? t('definition.changed', { name: localized(name) || dictionaryCode })
                : t('definition.new', { name: dictionaryCode })}
            </Title>
            {definitionChanges.length > 0 && <DefinitionTable dictionary={dictionaryCode} changes={definitionChanges} />}
            {definitionChanges.length === 0 && <Text size="sm">{t('definition.newHint')}</Text>}
            <Anchor component={Link} to={`/definitions/${dictionaryCode}?request=${request.id}`} size="sm">
              {t('definition.open')}
            </Anchor>
          </Paper>
        );
      })}
    </Stack>
  );
}
