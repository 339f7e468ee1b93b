import { Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconListDetails, IconSearch } from '@tabler/icons-react';
import { useDebouncedValue } from '@mantine/hooks';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '@/api/asking';
import { usePaged, type Slice } from '@/api/paging';
import { language } from '@/i18n';
import { Empty } from '@/ui/Empty';
import { localized } from '@/ui/format';
import { useKeys } from '@/ui/keys';
import { Loading } from '@/ui/Loading';
import { More } from '@/ui/More';
import { useUrlState } from '@/ui/urlState';
import { useRequest } from '../context';
import { mayEdit } from '../rights';
import { ChangeCard } from './ChangeCard';
import { Counts } from './Counts';
import { DefinitionChanges } from './DefinitionChanges';
import { PickDictionary } from './PickDictionary';
import { KINDS, REQUEST_ITEMS, type ItemChange } from './reading';
import classes from './ChangesTab.module.css';

const PAGE = 40;
/** How long one pauses in typing before the server is asked. */
const ASKED_AFTER_MS = 250;
const NONE: Slice<ItemChange> = { nodes: [], pageInfo: { hasNextPage: false } };

/** What the request changes, item by item. */
export default function ChangesTab() {
  const { t } = useTranslation('request');
  const { request, me, beat } = useRequest();
  const narrowed = useNarrowed();
  const { wanted } = narrowed;
  const load = async (after: string | null) => {
    const variables = { id: request.id, ...wanted, first: PAGE, after, language: spoken() };
    return (await ask(REQUEST_ITEMS, variables, true)).changeRequest?.items ?? NONE;
  };
  const list = usePaged(load, JSON.stringify([request.id, wanted]), beat);
  const box = useWalk();
  const mayDraft = mayEdit(request, me);
  const definitions = request.dictionaries.some(({ definitionChanged }) => definitionChanged);
  const isEmpty = !list.isLoading && !narrowed.isNarrowed && list.nodes.length === 0 && !definitions;
  if (isEmpty) {
    return (
      <Empty
        icon={IconListDetails}
        title={t('changes.empty')}
        hint={mayDraft ? t('changes.emptyHint') : t('changes.emptyOthers')}
        action={mayDraft ? <PickDictionary isFirst /> : null}
      />
    );
  }
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Filters narrowed={narrowed} />
        {mayDraft && <PickDictionary />}
      </Group>
      <Counts />
      <DefinitionChanges />
      {list.isLoading && <Loading lines={8} />}
      {list.nodes.length > 0 && (
        <Paper withBorder ref={box} className={classes['list'] ?? ''}>
          {list.nodes.map((change) => (
            <ChangeCard key={`${change.dictionary} ${change.code}`} change={change} isNamed={request.dictionaries.length > 1} />
          ))}
        </Paper>
      )}
      {narrowed.isNarrowed && !list.isLoading && list.nodes.length === 0 && list.refusals.length === 0 && (
        <Text c="dimmed" ta="center" py="lg" size="sm">
          {t('changes.nothing')}
        </Text>
      )}
      <More list={list} />
    </Stack>
  );
}

function spoken(): 'RU' | 'EN' {
  return language() === 'en' ? 'EN' : 'RU';
}

/** J and K walk through the changes. */
function useWalk() {
  const box = useRef<HTMLDivElement>(null);
  const walk = (step: number) => {
    const cards = [...(box.current?.querySelectorAll<HTMLElement>('[data-change]') ?? [])];
    const here = cards.findIndex((card) => card.contains(document.activeElement));
    const next = cards[Math.min(Math.max(here + step, 0), cards.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({ J: () => walk(1), K: () => walk(-1) });
  return box;
}

function useNarrowed() {
  const [dictionary, setDictionary] = useUrlState('in');
  const [kind, setKind] = useUrlState('kind');
  const [words, setWords] = useUrlState('words');
  const [search] = useDebouncedValue(words.trim(), ASKED_AFTER_MS);
  const wanted = { dictionary: dictionary || null, kind: KINDS.find((each) => each === kind) ?? null, search: search || null };
  const isNarrowed = Object.values(wanted).some((each) => each !== null);
  return { dictionary, setDictionary, kind, setKind, words, setWords, wanted, isNarrowed };
}

function Filters({ narrowed }: { narrowed: ReturnType<typeof useNarrowed> }) {
  const { t } = useTranslation(['request', 'common']);
  const { request } = useRequest();
  const clearButtonProps = { 'aria-label': t('action.clear', { ns: 'common' }) };
  const dictionaries = request.dictionaries.map(({ dictionaryCode, dictionary }) => ({
    value: dictionaryCode,
    label: localized(dictionary?.name) || dictionaryCode,
  }));
  return (
    <Group gap="sm">
      <TextInput
        aria-label={t('changes.words')}
        placeholder={t('changes.words')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={narrowed.words}
        onChange={(event) => narrowed.setWords(event.currentTarget.value || null)}
        w={240}
      />
      <Select
        aria-label={t('changes.kind')}
        placeholder={t('changes.kind')}
        data={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`, { ns: 'common' }) }))}
        value={narrowed.kind || null}
        onChange={(kind) => narrowed.setKind(kind)}
        clearable
        clearButtonProps={clearButtonProps}
        w={180}
      />
      {dictionaries.length > 1 && (
        <Select
          aria-label={t('changes.dictionary')}
          placeholder={t('changes.dictionary')}
          data={dictionaries}
          value={narrowed.dictionary || null}
          onChange={(dictionary) => narrowed.setDictionary(dictionary)}
          clearable
          clearButtonProps={clearButtonProps}
          w={220}
        />
      )}
    </Group>
  );
}
