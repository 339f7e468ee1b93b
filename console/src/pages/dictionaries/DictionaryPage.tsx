import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function DictionaryPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.dictionaries')}>{null}</Page>;
}
