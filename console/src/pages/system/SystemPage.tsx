import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function SystemPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.system')}>{null}</Page>;
}
