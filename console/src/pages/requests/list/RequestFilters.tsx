import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { localized } from '@/ui/format';
import type { Person } from '@/ui/Face';
import { ALL_STATES } from './listing';

const CHOICES = graphql(`
  query RequestListChoices {
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
      }
    }
  }
`);

/** What the list is narrowed to by hand. */
export interface Narrowed {
  words: string;
  state: string;
  dictionary: string;
  author: string;
}

interface RequestFiltersProps {
  value: Narrowed;
  /** Who can be chosen as author: who is seen in the list. */
  people: Person[];
  onChange: (name: keyof Narrowed, value: string) => void;
  onClear: () => void;
}

export function RequestFilters({ value, people, onChange, onClear }: RequestFiltersProps) {
  const { t } = useTranslation(['request', 'common']);
  const { data } = useAsk(CHOICES, {});
  const dictionaries = (data?.dictionaries.nodes ?? []).map(({ code, name }) => ({ value: code, label: localized(name) }));
  const authors = people.map(({ name, displayName }) => ({ value: name, label: displayName }));
  const isNarrowed = Object.values(value).some((each) => each !== '');
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        aria-label={t('filter.words')}
        placeholder={t('filter.words')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={value.words}
        onChange={(event) => onChange('words', event.currentTarget.value)}
        w={260}
      />
      <Select
        aria-label={t('filter.state')}
        placeholder={t('filter.state')}
        data={ALL_STATES.map((state) => ({ value: state, label: t(`state.${state}`, { ns: 'common' }) }))}
        value={value.state || null}
        onChange={(state) => onChange('state', state ?? '')}
        clearable
        clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
        w={180}
      />
      <Select
        aria-label={t('filter.dictionary')}
        placeholder={t('filter.dictionary')}
        data={dictionaries}
        value={value.dictionary || null}
        onChange={(dictionary) => onChange('dictionary', dictionary ?? '')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
        w={220}
      />
      <Select
        aria-label={t('filter.author')}
        placeholder={t('filter.author')}
        data={authors}
        value={value.author || null}
        onChange={(author) => onChange('author', author ?? '')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('action.clear', { ns: 'common' }) }}
        w={180}
      />
      {isNarrowed && (
        <Button variant="subtle" onClick={onClear}>
          {t('action.clear', { ns: 'common' })}
        </Button>
      )}
    </Group>
  );
}
