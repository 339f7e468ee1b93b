import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { language } from '@/i18n';

const FOUND = graphql(`
  query ItemSelectFound($dictionary: ID!, $search: String!, $validOn: Date, $language: Language!) {
    dictionary(code: $dictionary) {
      code
      items(search: $search, validOn: $validOn, first: 20) {
        nodes {
          code
          name(language: $language)
        }
      }
    }
  }
`);

const CHOSEN = graphql(`
  query ItemSelectChosen($dictionary: ID!, $code: ID!, $validOn: Date, $language: Language!) {
    dictionary(code: $dictionary) {
      code
      item(code: $code, validOn: $validOn) {
        code
        name(language: $language)
      }
    }
  }
`);

interface ItemSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'searchValue' | 'onSearchChange'> {
  dictionary: string;
  /** The code of the chosen item. */
  value: string | null;
  onChange: (code: string | null) => void;
  /** The date on which items must be valid; today unless told. */
  validOn?: string;
}

/** «Прокуратура г. Барнаула (382735776)». */
const label = (item: { code: string; name?: string | null }): string => (item.name ? `${item.name} (${item.code})` : item.code);

/** Chooses an item of a dictionary by its name or its code, which are looked for while one types. */
export function ItemSelect({ dictionary, value, onChange, validOn, ...others }: ItemSelectProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [search] = useDebouncedValue(typed, 200);
  const spoken = language() === 'en' ? 'EN' : 'RU';
  const chosen = useAsk(CHOSEN, { dictionary, code: value ?? '', validOn: validOn ?? null, language: spoken }, { pause: !value });
  const current = value ? (chosen.data?.dictionary?.item ?? { code: value, name: null }) : null;
  const words = current && search === label(current) ? '' : search;
  const found = useAsk(FOUND, { dictionary, search: words, validOn: validOn ?? null, language: spoken }, { pause: !isOpen });
  const items = found.data?.dictionary?.items.nodes ?? [];
  const choices = [...(current && !items.some((item) => item.code === current.code) ? [current] : []), ...items];
  return (
    <Select
      {...others}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      data={choices.map((item) => ({ value: item.code, label: label(item) }))}
      value={value}
      onChange={onChange}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpen(true)}
      filter={({ options }) => options}
      nothingFoundMessage={found.isLoading ? t('loading') : t('search.nothing')}
    />
  );
}
