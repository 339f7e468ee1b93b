import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTold } from '@/api/asking';
import type { RequestChangedSubscription } from '@/api/gql/graphql';
import type { Me } from '@/api/me';
import { REQUEST_CHANGED, type Request } from './reading';

type News = RequestChangedSubscription['changeRequestChanged'];

/** Within this time an act is answered, at the latest. */
const ANSWERED_MS = 700;

interface Event {
  at: string;
  account?: { name: string; displayName: string } | null;
}

/** Who did the newest thing that the request tells of; nobody where that is not what changed it. */
function actorOf(news: News): Event['account'] {
  const items = news.items.nodes.map(({ changedAt, changedBy }) => ({ at: changedAt, account: changedBy ?? null }));
  const events: Event[] = [...news.reviews, ...news.comments.nodes, ...items];
  const newest = events.reduce<Event | undefined>((best, each) => (!best || each.at >= best.at ? each : best), undefined);
  const isTheCause =
    newest && Math.abs(Date.parse(newest.at) - Math.max(Date.parse(news.updatedAt), Date.parse(newest.at))) < 1500;
  return isTheCause ? newest.account : null;
}

interface Live {
  /** Changes with each news. */
  heard: number;
  isMine: (revision: number) => void;
}

/** Follows the request: what others do is heard at once, and told quietly. */
export function useLive(request: Request | undefined, id: string, me: Me | null | undefined, reload: () => void): Live {
  const { t } = useTranslation(['request', 'common']);
  const [heard, setHeard] = useState(0);
  const own = useRef(new Set<number>());
  // The subscription begins where the page began and goes on by itself: it is not begun anew with each revision.
  const [began, setBegan] = useState<{ id: string; revision: number }>();
  const known = useRef({ revision: 0, comments: 0, id: '' });
  useEffect(() => {
    if (!request || request.id !== id) return;
    const isOther = known.current.id !== id;
    const revision = isOther ? request.revision : Math.max(known.current.revision, request.revision);
    known.current = { id, revision, comments: Math.max(isOther ? 0 : known.current.comments, request.comments.totalCount ?? 0) };
  }, [request, id]);
  if (request && request.id === id && began?.id !== id) setBegan({ id, revision: request.revision });
  const isOver = request ? ['PUBLISHED', 'REJECTED', 'WITHDRAWN'].includes(request.state) : true;
  const told = (news: News) => {
    const comments = news.comments.totalCount ?? 0;
    const isNewer = news.revision > known.current.revision;
    const isSaid = !isNewer && comments > known.current.comments;
    known.current = {
      id,
      revision: Math.max(known.current.revision, news.revision),
      comments: Math.max(known.current.comments, comments),
    };
    setHeard((count) => count + 1);
    reload();
    const actor = actorOf(news);
    if (!isNewer && (!isSaid || actor?.name === me?.account.name)) return;
    const what = isSaid ? 'commented' : wordOf(news, request);
    const who = actor && actor.name === me?.account.name ? t('news.you') : (actor?.displayName ?? t('news.somebody'));
    const message = t(`news.${what}`, { who });
    // What this page did itself may be heard before it is answered, and is no news then.
    setTimeout(() => {
      if (isSaid || !own.current.has(news.revision))
        notifications.show({ id: `request-${id}-${news.revision}-${comments}`, message });
    }, ANSWERED_MS);
  };
  useTold(
    REQUEST_CHANGED,
    { id, revision: began?.revision ?? null },
    ({ changeRequestChanged }) => told(changeRequestChanged),
    began?.id !== id || isOver,
  );
  const isMine = useCallback((revision: number) => {
    own.current.add(revision);
    known.current = { ...known.current, revision: Math.max(known.current.revision, revision) };
  }, []);
  return { heard, isMine };
}

function wordOf(news: News, before: Request | undefined) {
  if (!before || news.state === before.state) return 'changed' as const;
  return `became.${news.state}` as const;
}
