import { MultiSelect, type MultiSelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { graphql } from '@/api/gql';
import { useAsk } from '@/api/asking';
import { language } from '@/i18n';

const FOUND = graphql(`
  query ItemsSelectFound($dictionary: ID!, $search: String!, $validOn: Date, $language: Language!) {
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

interface ItemsSelectProps extends Omit<MultiSelectProps, 'data' | 'value' | 'onChange' | 'searchValue' | 'onSearchChange'> {
  dictionary: string;
  /** The codes of the chosen items. */
  value: string[];
  onChange: (codes: string[]) => void;
  /** The date on which items must be valid; today unless told. */
  validOn?: string;
}

/** Chooses several items of a dictionary by their names or codes, which are looked for while one types. */
export function ItemsSelect({ dictionary, value, onChange, validOn, ...others }: ItemsSelectProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [names, setNames] = useState<Record<string, string>>({});
  const [search] = useDebouncedValue(typed, 200);
  const spoken = language() === 'en' ? 'EN' : 'RU';
  const found = useAsk(FOUND, { dictionary, search, validOn: validOn ?? null, language: spoken }, { pause: !isOpen });
  const nodes = found.data?.dictionary?.items.nodes;
  const choices = useMemo(
    () => (nodes ?? []).map(({ code, name }) => ({ value: code, label: name ? `${name} (${code})` : code })),
    [nodes],
  );
  const chosen = value
    .filter((code) => !choices.some((choice) => choice.value === code))
    .map((code) => ({ value: code, label: names[code] ?? code }));
  return (
    <MultiSelect
      {...others}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      data={[...chosen, ...choices]}
      value={value}
      onChange={(codes) => {
        setNames({ ...names, ...Object.fromEntries(choices.map((choice) => [choice.value, choice.label])) });
        onChange(codes);
      }}
      onSearchChange={setTyped}
      onDropdownOpen={() => setOpen(true)}
      filter={({ options }) => options}
      nothingFoundMessage={found.isLoading ? t('loading') : t('search.nothing')}
    />
  );
}
