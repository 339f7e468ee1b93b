import { Button } from '@mantine/core';
import { IconHistory, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '@/api/asking';
import { hasRole, useMe } from '@/api/me';
import { usePaged } from '@/api/paging';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { Page } from '@/ui/Page';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { AUDIT, filterOf, useConditions, type Entry } from './listing';
import { RecordDrawer } from './RecordDrawer';

/** What was done and refused, newest first. For auditors and administrators. */
export default function AuditPage() {
  const { t } = useTranslation(['audit', 'common']);
  const me = useMe();
  if (me === undefined) return <Loading />;
  if (!hasRole(me, ['ADMINISTRATOR', 'AUDITOR'])) {
    return (
      <Page title={t('title')}>
        <Empty icon={IconLock} title={t('refusedPage')} hint={t('refusedPageHint')} />
      </Page>
    );
  }
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Records />
    </Page>
  );
}

const NOTHING = { nodes: [], totalCount: null, pageInfo: { hasNextPage: false } };

function Records() {
  const { t } = useTranslation(['audit', 'common']);
  const { conditions, change, clear } = useConditions();
  const [opened, setOpened] = useState<Entry | null>(null);
  const filter = filterOf(conditions);
  const load = async (after: string | null) => (await ask(AUDIT, { filter, after }, true)).audit ?? NOTHING;
  const list = usePaged(load, JSON.stringify(filter));
  const isFiltered = Object.keys(conditions).length > 0;
  return (
    <>
      <AuditFilters conditions={conditions} onChange={change} onClear={clear} />
      {list.isLoading && <Loading lines={10} />}
      {!list.isLoading && list.nodes.length === 0 && list.refusals.length === 0 && (
        <Empty
          icon={IconHistory}
          title={t(isFiltered ? 'none' : 'empty')}
          {...(isFiltered
            ? {
                hint: t('noneHint'),
                action: (
                  <Button variant="default" onClick={clear}>
                    {t('filter.clear')}
                  </Button>
                ),
              }
            : {})}
        />
      )}
      {list.nodes.length > 0 && <AuditTable entries={list.nodes} onOpen={setOpened} />}
      <More list={list} />
      <RecordDrawer entry={opened} onClose={() => setOpened(null)} />
    </>
  );
}
