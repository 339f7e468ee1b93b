import {
  Button,
  Group,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
  type MantineColorScheme,
} from '@mantine/core';
import { IconChevronDown, IconLanguage, IconLogin, IconLogout, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { graphql } from '@/api/gql';
import { act } from '@/api/asking';
import { useMe } from '@/api/me';
import { language, speak } from '@/i18n';
import { Face } from '@/ui/Face';

const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut {
      signedOut
      errors {
        path
        code
        message
      }
    }
  }
`);

async function signOut(): Promise<void> {
  await act(SIGN_OUT, {});
  location.assign('/sign-in');
}

/** Who I am, my language, light or dark, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group gap="xs" wrap="nowrap">
      {me === null && (
        <Button component={Link} to="/sign-in" size="xs" leftSection={<IconLogin size={16} aria-hidden />}>
          {t('me.signIn')}
        </Button>
      )}
      <Menu position="bottom-end" width={240} shadow="md">
        <Menu.Target>
          <UnstyledButton aria-label={t('me.label')} style={{ borderRadius: 20 }}>
            <Group gap={6} wrap="nowrap">
              <Face person={me?.account} size={30} />
              <IconChevronDown size={14} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{me?.account.displayName ?? t('noAccount')}</Menu.Label>
          {me && (
            <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
              {t('me.account')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconLanguage size={16} aria-hidden />}
            onClick={() => void speak(language() === 'ru' ? 'en' : 'ru')}
          >
            {t('me.language')}
          </Menu.Item>
          <Menu.Divider />
          <Text size="xs" c="dimmed" px="sm" pt={4} id="theme-label">
            {t('me.theme')}
          </Text>
          <SegmentedControl
            fullWidth
            size="xs"
            m={6}
            aria-labelledby="theme-label"
            value={colorScheme}
            onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
            data={[
              { value: 'light', label: t('me.light') },
              { value: 'dark', label: t('me.dark') },
              { value: 'auto', label: t('me.auto') },
            ]}
          />
          {me && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
                {t('me.signOut')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
