import { Group, Paper, Select, Stack, Tabs, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { DefinitionTable } from '@/components/differences/DefinitionTable';
import { ItemDifferences } from '@/components/differences/ItemDifferences';
import { EditionCounts } from '@/components/publications/EditionCounts';
import { localized } from '@/ui/format';
import { useUrlState } from '@/ui/urlState';
import type { Edition, WholePublication } from './reading';

const DEFINITION = graphql(`
  query PublicationDefinition($dictionary: ID!, $from: Int!, $to: Int!) {
    diff(dictionary: $dictionary, from: { publication: $from }, to: { publication: $to }, first: 1) {
      definition {
        path
        before
        after
      }
    }
  }
`);

/** Above so many dictionaries one is chosen from a list. */
const TABS_MOST = 3;

function nameOf(edition: Edition): string {
  return localized(edition.dictionary?.name) || edition.dictionaryCode;
}

/** What the publication changed, dictionary by dictionary, old and new word by word. */
export function WhatChanged({ publication }: { publication: WholePublication }) {
  const { t } = useTranslation('publication');
  const { editions, number } = publication;
  const [chosen, choose] = useUrlState('dictionary', editions[0]?.dictionaryCode ?? '');
  const edition = editions.find(({ dictionaryCode }) => dictionaryCode === chosen) ?? editions[0];
  if (!edition) return null;
  return (
    <section aria-labelledby="changed-title">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h3" id="changed-title">
          {t('changed.title')}
        </Title>
        {editions.length > TABS_MOST && (
          <Select
            w={360}
            aria-label={t('changed.dictionary')}
            data={editions.map((each) => ({ value: each.dictionaryCode, label: nameOf(each) }))}
            value={edition.dictionaryCode}
            allowDeselect={false}
            searchable
            onChange={choose}
          />
        )}
      </Group>
      {editions.length > 1 && editions.length <= TABS_MOST ? (
        <Tabs value={edition.dictionaryCode} onChange={choose} keepMounted={false}>
          <Tabs.List mb="sm" aria-label={t('changed.dictionary')}>
            {editions.map((each) => (
              <Tabs.Tab key={each.dictionaryCode} value={each.dictionaryCode} rightSection={<EditionCounts {...each} />}>
                {nameOf(each)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {editions.map((each) => (
            <Tabs.Panel key={each.dictionaryCode} value={each.dictionaryCode}>
              <OfDictionary edition={each} number={number} />
            </Tabs.Panel>
          ))}
        </Tabs>
      ) : (
        <OfDictionary edition={edition} number={number} />
      )}
    </section>
  );
}

function OfDictionary({ edition, number }: { edition: Edition; number: number }) {
  const { t } = useTranslation('publication');
  const dictionary = edition.dictionaryCode;
  const { data } = useAsk(DEFINITION, { dictionary, from: number - 1, to: number }, { pause: !edition.definitionChanged });
  const changes = data?.diff?.definition ?? [];
  const isNone = edition.added + edition.changed + edition.retired === 0;
  return (
    <Stack gap="sm">
      {changes.length > 0 && (
        <Paper withBorder p="md">
          <Title order={3} size="h4" mb="xs">
            {t('changed.definition')}
          </Title>
          <DefinitionTable dictionary={dictionary} changes={changes} />
        </Paper>
      )}
      {isNone ? (
        <Text size="sm" c="dimmed">
          {t('changed.none')}
        </Text>
      ) : (
        <ItemDifferences dictionary={dictionary} from={{ publication: number - 1 }} to={{ publication: number }} />
      )}
    </Stack>
  );
}
