import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function ImportJobPage() {
  const { t } = useTranslation();
  return <Page title={t('nav.imports')}>{null}</Page>;
}
