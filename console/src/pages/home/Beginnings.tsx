import { Group, Stack, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import { IconEdit, IconFileSpreadsheet, IconHistory, IconSearch, type Icon } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { openSearch } from '@/components/search/opening';
import { Panel } from './Panel';
import classes from './Home.module.css';

/** Four things that a newcomer comes for, and where they are done. */
export function Beginnings() {
  const { t } = useTranslation('home');
  const navigate = useNavigate();
  const ways: Array<[Icon, string, string, () => void]> = [
    [IconSearch, t('startFind'), t('startFindHint'), openSearch],
    [IconEdit, t('startChange'), t('startChangeHint'), () => void navigate('/dictionaries')],
    [IconFileSpreadsheet, t('startFile'), t('startFileHint'), () => void navigate('/imports/new')],
    [IconHistory, t('startWho'), t('startWhoHint'), () => void navigate('/publications')],
  ];
  return (
    <Panel title={t('start')}>
      <Stack gap={2}>
        {ways.map(([Picture, title, hint, go]) => (
          <UnstyledButton key={title} onClick={go} className={classes['row'] ?? ''}>
            <Group wrap="nowrap" align="flex-start">
              <ThemeIcon variant="light" size="lg">
                <Picture size={18} aria-hidden />
              </ThemeIcon>
              <div>
                <Text size="sm" fw={600}>
                  {title}
                </Text>
                <Text size="sm" c="dimmed">
                  {hint}
                </Text>
              </div>
            </Group>
          </UnstyledButton>
        ))}
      </Stack>
    </Panel>
  );
}
