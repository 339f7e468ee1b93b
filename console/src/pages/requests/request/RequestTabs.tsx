import { Tabs } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Count } from '@/ui/Count';
import { Loading } from '@/ui/Loading';
import { useUrlState } from '@/ui/urlState';
import ChangesTab from './changes/ChangesTab';
import { useRequest } from './context';
import { tabsOf, type Tab } from './tabs';

const CheckTab = lazy(() => import('./CheckTab'));
const ConflictsTab = lazy(() => import('./ConflictsTab'));
const ImpactTab = lazy(() => import('./ImpactTab'));
const PreviewTab = lazy(() => import('./PreviewTab'));
const TalkTab = lazy(() => import('./talk/TalkTab'));

const SHOWN: Record<Tab, ReactNode> = {
  changes: <ChangesTab />,
  check: <CheckTab />,
  conflicts: <ConflictsTab />,
  impact: <ImpactTab />,
  preview: <PreviewTab />,
  talk: <TalkTab />,
};

/** The request seen from six sides. */
export function RequestTabs() {
  const { t } = useTranslation('request');
  const [wanted, setTab] = useUrlState('tab', 'changes');
  const { request } = useRequest();
  const tabs = tabsOf(request);
  const tab = tabs.find((each) => each === wanted) ?? 'changes';
  return (
    <Tabs value={tab} onChange={setTab} keepMounted={false}>
      <Tabs.List aria-label={t('tab.label')}>
        {tabs.map((each) => (
          <Tabs.Tab key={each} value={each} rightSection={<TabCount tab={each} />}>
            {t(`tab.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((each) => (
        <Tabs.Panel key={each} value={each} pt="md">
          <Suspense fallback={<Loading />}>{SHOWN[each]}</Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** How much a tab has; what must be mended stands out. */
function TabCount({ tab }: { tab: Tab }) {
  const { request, check } = useRequest();
  const items = request.dictionaries.reduce((sum, { itemsCount }) => sum + itemsCount, 0);
  const counts: Partial<Record<Tab, number>> = {
    changes: items,
    check: check?.validation?.total ?? 0,
    conflicts: check?.conflicts.length ?? 0,
    talk: (request.comments.totalCount ?? 0) + request.reviews.length,
  };
  const count = counts[tab] ?? 0;
  return count > 0 ? <Count count={count} isUrgent={tab === 'check' || tab === 'conflicts'} /> : null;
}
