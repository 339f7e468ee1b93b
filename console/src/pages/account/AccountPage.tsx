import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';

export default function AccountPage() {
  const { t } = useTranslation();
  return <Page title={t('me.account')}>{null}</Page>;
}
