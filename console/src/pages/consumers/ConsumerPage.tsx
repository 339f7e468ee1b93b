import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function ConsumerPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.consumers')}>{null}</Page>;
}
