import { Button, Center } from '@mantine/core';
import { IconMapOff, IconMoodSad } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty } from '@/ui/Empty';

/** An address that leads nowhere. */
export function Missing() {
  const { t } = useTranslation();
  return (
    <Empty
      isPage
      icon={IconMapOff}
      title={t('page.missing')}
      hint={t('page.missingHint')}
      action={
        <Button component={Link} to="/">
          {t('page.home')}
        </Button>
      }
    />
  );
}

/** A page that failed: mostly one whose files a newer version of the service replaced. */
export function Broken() {
  const { t } = useTranslation();
  return (
    <Center mih="100dvh">
      <Empty
        isPage
        icon={IconMoodSad}
        title={t('page.broken')}
        hint={t('page.brokenHint')}
        action={<Button onClick={() => location.reload()}>{t('page.reload')}</Button>}
      />
    </Center>
  );
}
