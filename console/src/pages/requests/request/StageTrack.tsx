import { Box, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconCalendarEvent, IconCheck, IconUser, IconWorld, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Face, type Person } from '@/ui/Face';
import { Faces } from '@/ui/Faces';
import { formatInstant, localized } from '@/ui/format';
import type { Request, Stage } from './reading';
import classes from './StageTrack.module.css';

type Progress = 'done' | 'now' | 'later' | 'off';

interface StepProps {
  title: string;
  detail: string;
  progress: Progress;
  children: ReactNode;
}

function Step({ title, detail, progress, children }: StepProps) {
  const { t } = useTranslation('request');
  return (
    <li className={classes['step'] ?? ''} data-progress={progress}>
      <Group gap={8} wrap="nowrap" className={classes['line'] ?? ''}>
        <span className={classes['mark'] ?? ''} aria-hidden>
          {progress === 'done' && <IconCheck size={14} stroke={3} />}
          {progress === 'off' && <IconX size={14} stroke={3} />}
        </span>
      </Group>
      <Group gap={10} wrap="nowrap" mt={8} align="flex-start">
        {children}
        <Box miw={0}>
          <Text size="sm" fw={600} lh={1.3}>
            {title}
            <VisuallyHidden> — {t(`track.${progress}`)}</VisuallyHidden>
          </Text>
          <Text size="xs" c="dimmed" lh={1.3}>
            {detail}
          </Text>
        </Box>
      </Group>
    </li>
  );
}

/** The life of the request drawn with the faces of people: who wrote it, who approved, whose approval is missing, when it goes out. */
export function StageTrack({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const { state, stages, authors, author, scheduledAt, publication } = request;
  const isDraft = state === 'DRAFT' || state === 'RETURNED';
  const isOff = state === 'REJECTED' || state === 'WITHDRAWN';
  const writers = authors.length > 0 ? authors : author ? [author] : [];
  const names = new Map(
    request.dictionaries.map(({ dictionaryCode, dictionary }) => [dictionaryCode, localized(dictionary?.name) || dictionaryCode]),
  );
  const isReleased = state === 'PUBLISHED';
  const release = publication
    ? formatInstant(publication.publishedAt)
    : scheduledAt
      ? formatInstant(scheduledAt)
      : t('track.notYet');
  const releaseProgress: Progress = isReleased
    ? 'done'
    : isOff
      ? 'off'
      : state === 'APPROVED' || state === 'SCHEDULED'
        ? 'now'
        : 'later';
  return (
    <ol className={classes['track'] ?? ''} aria-label={t('track.label')}>
      <Step title={t('track.draft')} detail={t('track.authors', { count: writers.length })} progress={isDraft ? 'now' : 'done'}>
        <Faces people={writers} size={28} most={5} />
      </Step>
      {stages.length === 0 && isDraft && (
        <Step title={t('track.review')} detail={t('track.reviewHint')} progress="later">
          <span className={classes['empty'] ?? ''}>
            <IconUser size={16} stroke={1.5} aria-hidden />
          </span>
        </Step>
      )}
      {stages.map((stage) => (
        <Review
          key={`${stage.dictionary} ${stage.position}`}
          stage={stage}
          dictionary={names.size > 1 ? (names.get(stage.dictionary) ?? stage.dictionary) : ''}
          isRunning={state === 'IN_REVIEW'}
          isOver={isReleased}
          isOff={isOff}
        />
      ))}
      <Step title={t('track.publication')} detail={release} progress={releaseProgress}>
        <Box c="dimmed" h={28} w={28}>
          {scheduledAt && !publication ? (
            <IconCalendarEvent size={26} stroke={1.4} aria-hidden />
          ) : (
            <IconWorld size={26} stroke={1.4} aria-hidden />
          )}
        </Box>
      </Step>
    </ol>
  );
}

interface ReviewProps {
  stage: Stage;
  dictionary: string;
  isRunning: boolean;
  isOver: boolean;
  isOff: boolean;
}

function Review({ stage, dictionary, isRunning, isOver, isOff }: ReviewProps) {
  const { t } = useTranslation(['request', 'common']);
  const role = t(`role.${stage.role}`, { ns: 'common' });
  const name = localized(stage.name) || role;
  const quorum = t('track.quorum', { done: stage.approvedBy.length, quorum: stage.quorum });
  const missing = isOver ? 0 : stage.missing;
  const waiting: Progress = isRunning && stage.isOpen ? 'now' : 'later';
  const progress: Progress = stage.isComplete || isOver ? 'done' : isOff ? 'off' : waiting;
  return (
    <Step title={name} detail={[dictionary, quorum].filter(Boolean).join(' · ')} progress={progress}>
      <Group gap={4} wrap="nowrap">
        {stage.approvedBy.map((person: Person) => (
          <Face key={person.name} person={person} size={28} />
        ))}
        {Array.from({ length: Math.min(missing, 5) }, (_, place) => place).map((place) => (
          <Tooltip key={place} label={t('track.anyone', { role })}>
            <span className={classes['empty'] ?? ''}>
              <IconUser size={16} stroke={1.5} aria-hidden />
            </span>
          </Tooltip>
        ))}
      </Group>
    </Step>
  );
}
