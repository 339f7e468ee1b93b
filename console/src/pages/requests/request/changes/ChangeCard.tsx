import { ActionIcon, Box, Group, Menu, Stack, Text } from '@mantine/core';
import { IconDots, IconExternalLink, IconMessagePlus, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { act, useBusy } from '@/api/asking';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { DifferenceList } from '@/components/differences/DifferenceList';
import { KindBadge, Tone } from '@/ui/Badges';
import { Face } from '@/ui/Face';
import { localized } from '@/ui/format';
import { Refusals } from '@/ui/Refusals';
import { useRequest } from '../context';
import { mayEdit } from '../rights';
import { CommentForm } from '../talk/CommentForm';
import classes from './ChangesTab.module.css';
import { REQUEST_DISCARD, type ItemChange } from './reading';

interface ChangeCardProps {
  change: ItemChange;
  /** Whether the dictionary is named, since the request touches several. */
  isNamed: boolean;
}

/** What the request does to one item. */
export function ChangeCard({ change, isNamed }: ChangeCardProps) {
  const { t } = useTranslation('request');
  const { request } = useRequest();
  const [isCommenting, setCommenting] = useState(false);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const name = change.name ?? change.code;
  const dictionary = request.dictionaries.find(({ dictionaryCode }) => dictionaryCode === change.dictionary);
  return (
    <Box
      component="article"
      className={classes['card'] ?? ''}
      tabIndex={-1}
      data-change={change.code}
      aria-label={`${name}, ${change.code}`}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb="xs">
        <Box miw={0}>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <Box flex="none" display="flex" mt={2}>
              <KindBadge kind={change.kind} />
            </Box>
            <Box>
              <span className={classes['name'] ?? ''}>{name}</span> <span className={classes['code'] ?? ''}>{change.code}</span>{' '}
              {change.isStale && <Tone tone="changed">{t('changes.stale')}</Tone>}
            </Box>
          </Group>
          {isNamed && (
            <Text size="xs" c="dimmed" mt={2}>
              {localized(dictionary?.dictionary?.name) || change.dictionary}
            </Text>
          )}
        </Box>
        <Group gap={6} wrap="nowrap">
          <Face person={change.changedBy} size={24} />
          <CardMenu change={change} onComment={() => setCommenting(true)} onRefused={setRefusals} />
        </Group>
      </Group>
      <Stack gap="sm">
        <DifferenceList dictionary={change.dictionary} differences={change.differences} />
        {change.comment && (
          <Text size="sm" className={classes['comment'] ?? ''}>
            {change.comment}
          </Text>
        )}
        <Refusals refusals={refusals} onClose={() => setRefusals([])} />
        {isCommenting && (
          <CommentForm
            item={{ dictionary: change.dictionary, code: change.code }}
            isFocused
            onDone={() => setCommenting(false)}
            onCancel={() => setCommenting(false)}
          />
        )}
      </Stack>
    </Box>
  );
}

interface CardMenuProps {
  change: ItemChange;
  onComment: () => void;
  onRefused: (refusals: Refusal[]) => void;
}

function CardMenu({ change, onComment, onRefused }: CardMenuProps) {
  const { t } = useTranslation('request');
  const { request, me, isMine, reload } = useRequest();
  const [search] = useSearchParams();
  const [, run] = useBusy();
  const { dictionary, code } = change;
  const editing = new URLSearchParams(search);
  editing.set('edit', dictionary);
  editing.set('item', code);
  const discard = () =>
    run(async () => {
      try {
        const input = { changeRequest: request.id, revision: request.revision, dictionary, code };
        const { discardItemChange } = await act(REQUEST_DISCARD, { input });
        onRefused(discardItemChange.errors);
        if (discardItemChange.errors.length > 0) reload();
        else if (discardItemChange.changeRequest) isMine(discardItemChange.changeRequest.revision);
      } catch (error) {
        onRefused(refusalsOf(error));
      }
    });
  return (
    <Menu position="bottom-end" shadow="md" width={230}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="dimmed" aria-label={t('changes.more', { name: change.name ?? code })}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayEdit(request, me) && (
          <Menu.Item component={Link} to={`?${editing}`} leftSection={<IconPencil size={16} aria-hidden />}>
            {t('changes.edit')}
          </Menu.Item>
        )}
        <Menu.Item onClick={onComment} leftSection={<IconMessagePlus size={16} aria-hidden />}>
          {t('changes.comment')}
        </Menu.Item>
        {change.kind !== 'ADDED' && (
          <Menu.Item
            component={Link}
            to={`/dictionaries/${dictionary}/items/${code}`}
            leftSection={<IconExternalLink size={16} aria-hidden />}
          >
            {t('changes.open')}
          </Menu.Item>
        )}
        {mayEdit(request, me) && (
          <>
            <Menu.Divider />
            <Menu.Item c="var(--svod-annulled)" onClick={() => void discard()} leftSection={<IconTrash size={16} aria-hidden />}>
              {t('changes.discard')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
