import { Alert, AppShell, Box, Burger, Group, NavLink, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlugConnectedX, IconSearch } from '@tabler/icons-react';
import { Suspense, useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink as RouterLink, Outlet, useLocation } from 'react-router';
import { connection } from '@/api/connection';
import { useMe } from '@/api/me';
import { Loading } from '@/ui/Loading';
import { AccountMenu } from './AccountMenu';
import { SECTIONS } from './navigation';
import { SignInAgain } from './SignInAgain';
import { openSearch } from '../search/opening';
import { Search } from '../search/Search';
import classes from './Shell.module.css';

/** What is about every page: menu, search, who I am, and what must be said at once. */
export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 240, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding="lg"
      classNames={{ main: classes['main'] ?? '' }}
    >
      <a className="skip-link" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header className="no-print">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="md"
              size="sm"
              aria-label={opened ? t('nav.close') : t('nav.open')}
            />
            <UnstyledButton component={RouterLink} to="/" className={classes['brand'] ?? ''}>
              <img src="/assets/icon.svg" width={26} height={26} alt="" />
              <Text fw={700}>{t('svod')}</Text>
            </UnstyledButton>
          </Group>
          <UnstyledButton className={classes['search'] ?? ''} onClick={openSearch}>
            <IconSearch size={16} aria-hidden />
            <Text span size="sm" c="dimmed" className={classes['searchText'] ?? ''}>
              {t('search.open')}
            </Text>
            <Text span size="xs" c="dimmed" className={classes['key'] ?? ''}>
              {t('search.hint')}
            </Text>
          </UnstyledButton>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <Menu />
      <AppShell.Main id="content" tabIndex={-1}>
        <LostConnection />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <SignInAgain />
      <Search />
    </AppShell>
  );
}

function Menu() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <AppShell.Navbar p="xs" className="no-print" aria-label={t('nav.label')}>
      <AppShell.Section grow component={ScrollArea}>
        {SECTIONS.filter((section) => section.isShownTo(me)).map(({ name, to, icon: Picture }) => (
          <NavLink
            key={name}
            component={RouterLink}
            to={to}
            end={to === '/'}
            label={t(`nav.${name}`)}
            leftSection={<Picture size={18} stroke={1.6} aria-hidden />}
            className={classes['link'] ?? ''}
          />
        ))}
      </AppShell.Section>
    </AppShell.Navbar>
  );
}

function LostConnection() {
  const { t } = useTranslation();
  const isLost = useSyncExternalStore(connection.subscribe, connection.isLost);
  if (!isLost) return null;
  return (
    <Box mb="md">
      <Alert
        color="yellow"
        role="alert"
        icon={<IconPlugConnectedX aria-hidden />}
        styles={{ message: { color: 'var(--mantine-color-text)' } }}
      >
        {t('connection.lost')}
      </Alert>
    </Box>
  );
}
