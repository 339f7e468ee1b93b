import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function PeoplePage() {
  const { t } = useTranslation();
  return <Page title={t('nav.people')}>{null}</Page>;
}
