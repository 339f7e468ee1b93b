import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function PublicationPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.publications')}>{null}</Page>;
}
