import { Button } from '@mantine/core';
import { IconSearch, IconTable } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/ui/Empty';

interface NothingFoundProps {
  /** Whether a search or a filter is why nothing is there. */
  isNarrowed: boolean;
  onClear: () => void;
}

/** Stands in the grid where no item is there, and says what to do. */
export function NothingFound({ isNarrowed, onClear }: NothingFoundProps) {
  const { t } = useTranslation('dictionary');
  if (!isNarrowed) return <Empty icon={IconTable} title={t('empty.items')} hint={t('empty.itemsHint')} />;
  return (
    <Empty
      icon={IconSearch}
      title={t('empty.found')}
      hint={t('empty.foundHint')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('empty.clear')}
        </Button>
      }
    />
  );
}
