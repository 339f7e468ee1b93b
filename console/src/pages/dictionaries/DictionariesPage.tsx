import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function DictionariesPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.dictionaries')}>{null}</Page>;
}
