import { Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatAgo, formatDate, formatInstant, localized } from '@/ui/format';
import { Notice } from '@/ui/Notice';
import { ActionBar } from './ActionBar';
import { useRequest } from './context';
import classes from './NextPanel.module.css';
import type { Request } from './reading';
import { mayEdit } from './rights';
import { useDraft } from './draft';
import { StageTrack } from './StageTrack';

/** What happens next: where the request is, what is missing and by whom, and what one can do now. */
export function NextPanel() {
  const { t } = useTranslation('request');
  const { request } = useRequest();
  const draft = useDraft();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="next-title" className={classes['panel'] ?? ''}>
      <Stack gap="md">
        <div aria-live="polite">
          <Title order={2} id="next-title" size="h3">
            {request.state === 'DRAFT' ? t(`draft.${draft}.title`) : t(`next.${request.state}.title`)}
          </Title>
          <Text size="sm" mt={2} component="div">
            <Sentence />
          </Text>
        </div>
        <Broken />
        <StageTrack request={request} />
        <ActionBar />
      </Stack>
    </Paper>
  );
}

/** A request that was sent is not what the dictionaries are any more: it would be refused when it goes out. */
function Broken() {
  const { t } = useTranslation('request');
  const { request, check } = useRequest();
  const isSent = request.state === 'IN_REVIEW' || request.state === 'APPROVED' || request.state === 'SCHEDULED';
  if (!isSent || check?.validation?.isValid !== false) return null;
  const conflicts = check.conflicts.length;
  return (
    <Notice>
      {conflicts > 0 ? t('broken.conflicts', { count: conflicts }) : t('broken.violations', { count: check.validation.total })}
    </Notice>
  );
}

function Sentence(): ReactNode {
  const { t } = useTranslation('request');
  const { request, me } = useRequest();
  switch (request.state) {
    case 'DRAFT':
      return <DraftSentence />;
    case 'RETURNED':
      return (
        <>
          <LastWord request={request} /> {mayEdit(request, me) ? <ReturnedSentence /> : t('next.RETURNED.others')}
        </>
      );
    case 'IN_REVIEW':
      return <ReviewSentence />;
    case 'APPROVED':
      return t('next.APPROVED.hint');
    case 'SCHEDULED':
      return request.scheduledAt
        ? t('next.SCHEDULED.hint', { at: formatInstant(request.scheduledAt), ago: formatAgo(request.scheduledAt) })
        : null;
    case 'PUBLISHED':
      return <PublishedSentence request={request} />;
    case 'REJECTED':
      return (
        <>
          <LastWord request={request} /> {t('next.REJECTED.hint')}
        </>
      );
    case 'WITHDRAWN':
      return t('next.WITHDRAWN.hint');
  }
}

function DraftSentence() {
  const { t } = useTranslation('request');
  const { request, check } = useRequest();
  const draft = useDraft();
  const count = draft === 'conflicts' ? (check?.conflicts.length ?? 0) : (check?.validation?.total ?? 0);
  return <>{t(`draft.${draft}.hint`, { count, who: request.author?.displayName ?? '' })}</>;
}

/** What is wrong with it comes before the wish to send it again. */
function ReturnedSentence() {
  const { t } = useTranslation('request');
  const draft = useDraft();
  return draft === 'conflicts' || draft === 'violations' ? <DraftSentence /> : <>{t('next.RETURNED.mine')}</>;
}

/** Who returned or rejected it, and why. */
function LastWord({ request }: { request: Request }) {
  const last = request.reviews.at(-1);
  if (!last || last.decision === 'APPROVE') return null;
  return (
    <Text span inherit fw={550}>
      {last.account?.displayName}: «{last.comment}».
    </Text>
  );
}

/** More are seen below, each at its stage. */
const TOLD_MAX = 2;

function ReviewSentence() {
  const { t } = useTranslation(['request', 'common']);
  const { request } = useRequest();
  const { allowed, code } = request.canApprove;
  const open = request.stages.filter((stage) => stage.isOpen && stage.missing > 0);
  const missing = open.map((stage) => {
    const dictionary = request.dictionaries.find((each) => each.dictionaryCode === stage.dictionary)?.dictionary?.name;
    const who = localized(stage.name) || t(`role.${stage.role}`, { ns: 'common' });
    const where = request.dictionaries.length > 1 ? ` (${localized(dictionary) || stage.dictionary})` : '';
    return t('next.IN_REVIEW.missing', { count: stage.missing, who }) + where;
  });
  const why = code === 'FOUR_EYES' || code === 'ALREADY_APPROVED' ? t(`next.IN_REVIEW.${code}`) : t('next.IN_REVIEW.others');
  return (
    <>
      {allowed ? t('next.IN_REVIEW.mine') : why}{' '}
      {missing.length > 0 && missing.length <= TOLD_MAX && `${t('next.IN_REVIEW.left')} ${missing.join('; ')}.`}
      {missing.length > TOLD_MAX && t('next.IN_REVIEW.many', { count: open.reduce((sum, stage) => sum + stage.missing, 0) })}
    </>
  );
}

function PublishedSentence({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const { publication } = request;
  if (!publication) return null;
  return (
    <Group gap={6}>
      <span>{t('next.PUBLISHED.hint', { date: formatDate(publication.publishedAt) })}</span>
      <Anchor component={Link} to={`/publications/${publication.number}`} size="sm">
        {t('next.PUBLISHED.publication', { number: publication.number })}
      </Anchor>
      <span aria-hidden>·</span>
      <Anchor component={Link} to={`/publications/${publication.number}/act`} size="sm">
        {t('next.PUBLISHED.act')}
      </Anchor>
    </Group>
  );
}
