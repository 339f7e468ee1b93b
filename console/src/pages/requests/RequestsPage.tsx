import { Button, Stack, Tabs } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconGitPullRequest, IconPlus } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ask, useAsk } from '@/api/asking';
import { graphql } from '@/api/gql';
import { hasRole, useMe } from '@/api/me';
import { usePaged, type Slice } from '@/api/paging';
import { NewRequestDialog } from '@/components/requests/NewRequestDialog';
import type { Person } from '@/ui/Face';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { Count } from '@/ui/Count';
import { More } from '@/ui/More';
import { Page } from '@/ui/Page';
import { filterOf, REQUEST_LIST, VIEWS, type ListedRequest, type Wanted } from './list/listing';
import { RequestFilters } from './list/RequestFilters';
import { RequestTable } from './list/RequestTable';
import { useWanted } from './list/wanted';

const COUNTS = graphql(`
  query RequestListCounts {
    toReview: changeRequests(filter: { toReview: true }, first: 1) {
      totalCount
      nodes {
        id
      }
    }
  }
`);

const NONE: Slice<ListedRequest> = { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } };
const PAGE = 50;
/** How long one pauses in typing before the server is asked. */
const ASKED_AFTER_MS = 250;

/** All change requests that one may see, and the way to a new one. */
export default function RequestsPage() {
  const { t } = useTranslation(['request', 'common']);
  const navigate = useNavigate();
  const me = useMe();
  const [opened, dialog] = useDisclosure();
  const mayDraft = hasRole(me, ['STEWARD']);
  const create = mayDraft && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
      {t('create.title')}
    </Button>
  );
  return (
    <Page title={t('list.heading')} lead={t('list.lead')} actions={create}>
      <Listing create={create} />
      <NewRequestDialog opened={opened} onClose={dialog.close} onCreated={(id) => void navigate(`/requests/${id}`)} />
    </Page>
  );
}

/** Whoever is seen in the list, each once, by name. */
function peopleOf(requests: ListedRequest[]): Person[] {
  const people = new Map(requests.flatMap((request) => request.authors).map((author) => [author.name, author]));
  return [...people.values()].sort((one, other) => one.displayName.localeCompare(other.displayName));
}

function Listing({ create }: { create: ReactNode }) {
  const { t } = useTranslation('request');
  const { view, setView } = useWanted();
  const counts = useAsk(COUNTS, {}, { types: ['ChangeRequest'] });
  const toReview = counts.data?.toReview?.totalCount ?? counts.data?.toReview?.nodes.length ?? 0;
  return (
    <Tabs value={view} onChange={setView}>
      <Tabs.List aria-label={t('list.views')}>
        {VIEWS.map((each) => (
          <Tabs.Tab key={each} value={each} rightSection={each === 'review' && toReview > 0 ? <Count count={toReview} /> : null}>
            {t(`view.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {VIEWS.map((each) => (
        <Tabs.Panel key={each} value={each} pt="md">
          {each === view && <Requests create={create} />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** Counts how often one came back to the page from another window: the list is read anew then. */
function useLookedAt(): number {
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && setTimes((count) => count + 1);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return times;
}

function Requests({ create }: { create: ReactNode }) {
  const { t } = useTranslation('request');
  const { view, narrowed, narrow, clear } = useWanted();
  const [words] = useDebouncedValue(narrowed.words, ASKED_AFTER_MS);
  const wanted: Wanted = { view, ...narrowed, words };
  const load = async (after: string | null) => {
    const data = await ask(REQUEST_LIST, { filter: filterOf(wanted), first: PAGE, after }, true);
    return data.changeRequests ?? NONE;
  };
  const list = usePaged(load, JSON.stringify(wanted), useLookedAt());
  const isNarrowed = Object.values(narrowed).some((each) => each !== '');
  const isEmpty = !list.isLoading && list.nodes.length === 0 && list.refusals.length === 0;
  return (
    <Stack gap="md">
      <RequestFilters value={narrowed} people={peopleOf(list.nodes)} onChange={narrow} onClear={clear} />
      {list.isLoading && <Loading lines={8} />}
      {list.nodes.length > 0 && <RequestTable requests={list.nodes} />}
      {isEmpty && (
        <Empty
          icon={IconGitPullRequest}
          title={isNarrowed ? t('empty.narrowed') : t(`empty.${view}`)}
          hint={isNarrowed ? t('empty.narrowedHint') : t(`empty.${view}Hint`)}
          action={isNarrowed || view === 'review' || view === 'done' ? null : create}
        />
      )}
      <More list={list} />
    </Stack>
  );
}
