import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function ConsumersPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.consumers')}>{null}</Page>;
}
