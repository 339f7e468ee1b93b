import { MultiSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { localized } from '@/ui/format';

const CHOICES = graphql(`
  query DictionariesSelect {
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

interface DictionariesSelectProps {
  label: string;
  description?: string;
  /** What no choice means. */
  placeholder: string;
  value: string[];
  onChange: (codes: string[]) => void;
}

/** The codes and names of dictionaries that one may read. */
export function useDictionaryNames(): Array<{ value: string; label: string }> {
  const { data } = useAsk(CHOICES, {});
  return (data?.dictionaries.nodes ?? []).map(({ code, name }) => ({ value: code, label: localized(name) }));
}

/** Chooses some dictionaries; none chosen is all of them. */
export function DictionariesSelect({ label, description, placeholder, value, onChange }: DictionariesSelectProps) {
  const { t } = useTranslation();
  return (
    <MultiSelect
      label={label}
      description={description}
      placeholder={value.length === 0 ? placeholder : ''}
      data={useDictionaryNames()}
      value={value}
      onChange={onChange}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      nothingFoundMessage={t('grid.nothing')}
    />
  );
}
