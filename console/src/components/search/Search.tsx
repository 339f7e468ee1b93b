import { Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { searchStore } from './opening';

/** Search over everything, from every page. */
export function Search() {
  const { t } = useTranslation();
  return (
    <Spotlight
      store={searchStore}
      actions={[]}
      shortcut={['mod + K']}
      nothingFound={t('search.nothing')}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t('search.placeholder'),
        'aria-label': t('search.open'),
      }}
    />
  );
}
