import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconPencil, IconPlus, IconSearch, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DateField } from '@/ui/DateField';
import { formatCount, today } from '@/ui/format';
import type { EditingSession, EditingState } from './EditingSession';
import type { Show } from './EditorRows';
import { SavingStatus } from './SavingStatus';

interface EditorBarProps {
  session: EditingSession;
  state: EditingState;
  search: string;
  onSearch: (text: string) => void;
  show: Show;
  onShow: (show: Show) => void;
  /** How many items are changed, and how many are wrong; how many rows wait until they are mended. */
  counts: { changed: number; wrong: number; stuck: number };
  /** How many rows are selected. */
  selected: number;
  onBulk: (what: 'value' | 'retire') => void;
  onAdd: () => void;
}

const label = (name: string, count: number): string => (count === 0 ? name : `${name} · ${formatCount(count)}`);

/** What stands over the grid: from when edits hold, which rows are shown, and what one can do. */
export function EditorBar(props: EditorBarProps) {
  const { session, state, search, onSearch, show, onShow, counts, selected, onBulk, onAdd } = props;
  const { t } = useTranslation('editing');
  const shows = [
    { value: 'all', label: t('show.all') },
    { value: 'changed', label: label(t('show.changed'), counts.changed) },
    { value: 'wrong', label: label(t('show.wrong'), counts.wrong) },
  ];
  const steps = [
    { words: t('undo'), keys: 'Ctrl+Z', isOff: state.past.length === 0, go: session.undo, Icon: IconArrowBackUp },
    { words: t('redo'), keys: 'Ctrl+Y', isOff: state.future.length === 0, go: session.redo, Icon: IconArrowForwardUp },
  ];
  return (
    <>
      <Group gap="xs" align="flex-end">
        <DateField label={t('on')} value={state.outbox.on} onChange={(on) => session.setOn(on ?? today())} width={170} />
        <TextInput
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={(event) => onSearch(event.currentTarget.value)}
          disabled={show !== 'all'}
          flex={1}
          miw={180}
        />
        <SegmentedControl aria-label={t('show.label')} value={show} onChange={(next) => onShow(next as Show)} data={shows} />
        <Button.Group>
          {steps.map(({ words, keys, isOff, go, Icon }) => (
            <Button
              key={words}
              variant="default"
              disabled={isOff}
              onClick={go}
              aria-label={words}
              title={`${words} (${keys})`}
              px="xs"
            >
              <Icon size={18} aria-hidden />
            </Button>
          ))}
        </Button.Group>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
          {t('add')}
        </Button>
      </Group>
      <Group justify="space-between" wrap="nowrap" mih={30}>
        {selected > 0 ? (
          <Group gap="xs">
            <Text size="sm">{t('selected', { count: selected })}</Text>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPencil size={14} aria-hidden />}
              onClick={() => onBulk('value')}
            >
              {t('bulkForm.value')}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconX size={14} aria-hidden />}
              onClick={() => onBulk('retire')}
            >
              {t('bulkForm.retire')}
            </Button>
          </Group>
        ) : (
          <Text size="xs" c="dimmed">
            {t('hint')}
          </Text>
        )}
        <SavingStatus session={session} state={state} stuck={counts.stuck} />
      </Group>
    </>
  );
}
