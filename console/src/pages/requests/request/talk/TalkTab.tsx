import { Anchor, Box, Group, Stack, Text, Timeline } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ask } from '@/api/asking';
import { usePaged, type Slice } from '@/api/paging';
import { ReferenceName } from '@/components/differences/ReferenceName';
import { Tone } from '@/ui/Badges';
import { Empty } from '@/ui/Empty';
import { Face } from '@/ui/Face';
import { formatAgo, formatInstant } from '@/ui/format';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { useRequest } from '../context';
import { CommentForm } from './CommentForm';
import { REQUEST_COMMENTS, streamOf, type Entry, type Said } from './stream';
import classes from './TalkTab.module.css';

const NONE: Slice<Said> = { nodes: [], pageInfo: { hasNextPage: false } };
const TONES = { APPROVE: 'added', RETURN: 'changed', REJECT: 'annulled' } as const;

/** What was said and decided, in one stream, and room to say something. */
export default function TalkTab() {
  const { t } = useTranslation('request');
  const { request, beat } = useRequest();
  const load = async (after: string | null) =>
    (await ask(REQUEST_COMMENTS, { id: request.id, first: 200, after }, true)).changeRequest?.comments ?? NONE;
  const list = usePaged(load, request.id, beat);
  if (list.isLoading) return <Loading />;
  const entries = streamOf(request, list.nodes);
  const isQuiet = list.nodes.length === 0 && request.reviews.length === 0;
  return (
    <Stack gap="lg" maw={760}>
      {isQuiet && <Empty icon={IconMessages} title={t('talk.empty')} hint={t('talk.emptyHint')} />}
      {!isQuiet && (
        <Timeline bulletSize={30} lineWidth={2} aria-live="polite" className={classes['stream'] ?? ''}>
          {entries.map((entry) => (
            <Timeline.Item key={entry.key} bullet={<Face person={entry.person} size={26} />}>
              <EntryText entry={entry} />
            </Timeline.Item>
          ))}
        </Timeline>
      )}
      {list.hasMore && <More list={list} />}
      <CommentForm />
    </Stack>
  );
}

function EntryText({ entry }: { entry: Entry }) {
  const { t } = useTranslation('request');
  return (
    <Box>
      <Group gap={8}>
        <Text size="sm" fw={600}>
          {entry.person?.displayName ?? t('talk.service')}
        </Text>
        {entry.decision && <Tone tone={TONES[entry.decision]}>{t(`talk.decision.${entry.decision}`)}</Tone>}
        {entry.event && (
          <Text size="sm" c="dimmed">
            {t(`talk.event.${entry.event}`)}
          </Text>
        )}
        <Text size="xs" c="dimmed" title={formatInstant(entry.at)}>
          {formatAgo(entry.at)}
        </Text>
      </Group>
      {entry.item && (
        <Text size="xs" c="dimmed" mt={2}>
          {t('talk.about')}{' '}
          <Anchor component={Link} to={`/dictionaries/${entry.item.dictionary}/items/${entry.item.code}`} size="xs">
            <ReferenceName dictionary={entry.item.dictionary} code={entry.item.code} />
          </Anchor>
        </Text>
      )}
      {entry.text && (
        <Text size="sm" mt={4} className={classes['text'] ?? ''}>
          {entry.text}
        </Text>
      )}
    </Box>
  );
}
