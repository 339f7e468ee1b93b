import { Button } from '@mantine/core';
import { IconArrowLeft, IconFileUnknown } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useAsk } from '@/api/asking';
import { useMe } from '@/api/me';
import { refusalsOf } from '@/api/refusals';
import { Empty } from '@/ui/Empty';
import { Loading } from '@/ui/Loading';
import { Page } from '@/ui/Page';
import { Refusals } from '@/ui/Refusals';
import { RequestContext, type RequestPageState } from './request/context';
import { useLive } from './request/live';
import { REQUEST, REQUEST_CHECK } from './request/reading';
import { RequestView } from './request/RequestView';

const TYPES = ['ChangeRequest', 'Comment', 'Review', 'ItemChange'];

/** One change request: where it is, what is in it, and what can be done with it. */
export default function RequestPage() {
  const { t } = useTranslation(['request', 'common']);
  const { id = '' } = useParams();
  const me = useMe();
  const asked = useAsk(REQUEST, { id }, { types: TYPES });
  const checked = useAsk(REQUEST_CHECK, { id }, { types: TYPES });
  const { again: askAgain } = asked;
  const { again: checkAgain } = checked;
  const reload = useMemo(
    () => () => {
      askAgain();
      checkAgain();
    },
    [askAgain, checkAgain],
  );
  const request = asked.data?.changeRequest ?? undefined;
  const { heard, isMine } = useLive(request, id, me, reload);
  const state = useMemo((): RequestPageState | null => {
    if (!request) return null;
    const beat = [request.revision, request.state, heard, request.comments.totalCount].join('.');
    return { request, check: checked.data?.changeRequest ?? undefined, me, beat, isMine, reload };
  }, [request, checked.data, me, heard, isMine, reload]);
  const crumbs = [{ title: t('nav.requests', { ns: 'common' }), to: '/requests' }];
  if (state) {
    return (
      <RequestContext value={state}>
        <RequestView key={id} crumbs={crumbs} />
      </RequestContext>
    );
  }
  if (asked.isLoading) {
    return (
      <Page title={t('page.loading', { id })} crumbs={crumbs}>
        <Loading lines={10} />
      </Page>
    );
  }
  return (
    <Page title={t('page.title', { id })} crumbs={crumbs}>
      {asked.error ? (
        <Refusals refusals={refusalsOf(asked.error)} />
      ) : (
        <Empty
          icon={IconFileUnknown}
          title={t('page.missing', { id })}
          hint={t('page.missingHint')}
          action={
            <Button component={Link} to="/requests" variant="default" leftSection={<IconArrowLeft size={16} aria-hidden />}>
              {t('page.toList')}
            </Button>
          }
        />
      )}
    </Page>
  );
}
