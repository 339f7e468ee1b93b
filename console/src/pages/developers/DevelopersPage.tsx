import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function DevelopersPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.developers')}>{null}</Page>;
}
