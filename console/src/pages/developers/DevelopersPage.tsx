import { Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Page } from '@/ui/Page';
import { useUrlState } from '@/ui/urlState';
import { Begin } from './Begin';
import { Events } from './Events';
import { Explorer } from './Explorer';
import { Schema } from './Schema';

const TABS = ['begin', 'explorer', 'schema', 'events'] as const;

/** What a developer needs: a token, requests to begin with, the explorer, schemas, events. */
export default function DevelopersPage() {
  const { t } = useTranslation('developer');
  const [wanted, setWanted] = useUrlState('tab', 'begin');
  const tab = TABS.find((each) => each === wanted) ?? 'begin';
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Tabs value={tab} onChange={setWanted} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="begin">
          <Begin />
        </Tabs.Panel>
        <Tabs.Panel value="explorer">
          <Explorer />
        </Tabs.Panel>
        <Tabs.Panel value="schema">
          <Schema />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <Events />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
