import { Alert, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconPlus, IconSearch } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { language } from '@/i18n';
import { localized, today } from '@/ui/format';
import { Grid, type CellEdit, type GridHandle, type GridSource } from '@/ui/grid/Grid';
import { Refusals } from '@/ui/Refusals';
import { loadNodes, rowOf, rowsQuery, valuesOf } from '../dictionary/rows';
import type { Shape, Target } from '../dictionary/shape';
import { BulkDialog } from './BulkDialog';
import { CollisionDialog } from './CollisionDialog';
import { editableColumns } from './editableColumns';
import { ItemCard } from './ItemCard';
import { overlaid, rowOfChange, typedOver, type Wording } from './overlay';
import type { TypedEdit } from './outbox';
import { PasteDialog, type Pasted } from './PasteDialog';
import { SavingStatus } from './SavingStatus';
import { useEditing } from './useEditing';
import type { Values } from './values';
import classes from './Editing.module.css';

interface DictionaryEditorProps {
  person: string;
  requestId: string;
  revision: number;
  shape: Shape;
  targets: Map<string, Target>;
  item?: string;
  onChanged: (revision: number) => void;
}

type Show = 'all' | 'changed' | 'wrong';

/** The grid in which one edits, with what is typed laid over what the request says, over what is published. */
export function DictionaryEditor({ person, requestId, revision, shape, targets, item, onChanged }: DictionaryEditorProps) {
  const { t } = useTranslation(['editing', 'dictionary', 'common']);
  const [, setSearch] = useSearchParams();
  const published = useRef(new Map<string, Values>());
  const publishedValues = useCallback((code: string) => published.current.get(code), []);
  const editing = useEditing({ person, requestId, revision, shape, publishedValues, onChanged });
  const { outbox, items, attributes } = editing;
  const [typedSearch, setTypedSearch] = useState('');
  const [search] = useDebouncedValue(typedSearch, 250);
  const [show, setShow] = useState<Show>('all');
  const [selected, setSelected] = useState<string[]>([]);
  const [pasted, setPasted] = useState<Pasted>();
  const [isBulk, setBulk] = useState(false);
  const grid = useRef<GridHandle>(null);
  const cells = useRef(new Map<string, Record<string, string>>());
  const wording = useCallback<Wording>((problem) => t(`problem.${problem.key}`, { bound: problem.bound ?? '' }), [t]);
  const latest = useRef({ outbox, items });
  useEffect(() => {
    latest.current = { outbox, items };
    grid.current?.refresh();
  }, [outbox, items]);

  const open = useCallback(
    (code: string | null) =>
      setSearch((current) => {
        const changed = new URLSearchParams(current);
        if (code === null) changed.delete('item');
        else changed.set('item', code);
        return changed;
      }),
    [setSearch],
  );
  const columns = useMemo(
    () => editableColumns(shape, targets, { code: t('dictionary:code'), parent: t('dictionary:parent') }),
    [shape, targets, t],
  );
  const isReady = items !== undefined;
  const source = useMemo((): GridSource => {
    const query = rowsQuery(shape, targets, true);
    const finish = (row: Parameters<typeof typedOver>[0]) => {
      const over = typedOver(
        row,
        latest.current.outbox.rows[row.id],
        latest.current.items?.violations ?? new Map(),
        wording,
        attributes,
      );
      cells.current.set(row.id, over.cells);
      return over;
    };
    const own = () => ownRows(shape, latest.current, show, (code) => published.current.has(code)).map(finish);
    return {
      key: JSON.stringify([search, show, outbox.on, isReady]),
      load: async (from, count, signal) => {
        if (show !== 'all') {
          const rows = own();
          return { rows: rows.slice(from, from + count), total: rows.length };
        }
        const asOf = { validOn: outbox.on, publication: null, isNow: outbox.on === today() };
        const page = await loadNodes(query, { asOf, search, filter: null, sort: undefined }, from, count, signal);
        for (const node of page.nodes) published.current.set(node.code, valuesOf(shape, node));
        const rows = page.nodes.map((node) =>
          finish(overlaid(shape, rowOf(shape, node), latest.current.items?.items.get(node.code), outbox.on)),
        );
        const isLast = from + page.nodes.length >= page.total;
        // What is not published stands at the end, where a new row is looked for in a spreadsheet.
        const added = search === '' ? own().filter((row) => row.tone === 'added' && !published.current.has(row.id)) : [];
        return { rows: isLast ? [...rows, ...added] : rows, total: page.total + added.length };
      },
    };
  }, [shape, targets, search, show, outbox.on, isReady, wording, attributes]);

  const seen = useCallback((row: string, column: string) => cells.current.get(row)?.[column] ?? '', []);
  const typed = (edits: CellEdit[]): TypedEdit[] =>
    edits.map(({ row, column, value }) => ({ row, column, text: value, seen: seen(row, column) }));
  const onEdit = (edits: CellEdit[]) => {
    const rows = new Set(edits.map((edit) => edit.row));
    if (rows.size > 1) setPasted({ edits: typed(edits), added: [], lost: 0 });
    else editing.type(typed(edits));
  };
  useHotkeys([
    ['mod+S', () => editing.flush()],
    ['mod+Z', () => editing.undo()],
    ['mod+Y', () => editing.redo()],
  ]);
  return (
    <Stack gap="sm">
      <Group gap="xs" align="flex-end">
        <DateInput
          label={t('on')}
          valueFormat="DD.MM.YYYY"
          locale={language()}
          value={outbox.on}
          onChange={(on) => editing.setOn(on ?? today())}
          w={170}
        />
        <TextInput
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typedSearch}
          onChange={(event) => setTypedSearch(event.currentTarget.value)}
          flex={1}
          miw={180}
        />
        <SegmentedControl
          aria-label={t('show.all')}
          value={show}
          onChange={(next) => setShow(next as Show)}
          data={(['all', 'changed', 'wrong'] as const).map((value) => ({ value, label: t(`show.${value}`) }))}
        />
        <Button.Group>
          <Button
            variant="default"
            disabled={!editing.canUndo}
            onClick={editing.undo}
            aria-label={t('undo')}
            title={t('undo')}
            px="xs"
          >
            <IconArrowBackUp size={18} aria-hidden />
          </Button>
          <Button
            variant="default"
            disabled={!editing.canRedo}
            onClick={editing.redo}
            aria-label={t('redo')}
            title={t('redo')}
            px="xs"
          >
            <IconArrowForwardUp size={18} aria-hidden />
          </Button>
        </Button.Group>
        {selected.length > 0 && (
          <Button variant="default" onClick={() => setBulk(true)}>
            {t('bulk', { count: selected.length })}
          </Button>
        )}
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => open('')}>
          {t('add')}
        </Button>
      </Group>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {t('hint')}
        </Text>
        <SavingStatus editing={editing} />
      </Group>
      {items?.isCut && <Alert variant="light">{t('cut')}</Alert>}
      <Refusals refusals={editing.refusals} />
      <div className={classes['grid'] ?? ''}>
        <Grid
          ref={grid}
          label={localized(shape.name)}
          columns={columns}
          source={source}
          onEdit={onEdit}
          onPasteBeyond={(rows, covered) => setPasted((known) => withBeyond(known, rows, covered))}
          onOpen={open}
          onSelect={setSelected}
        />
      </div>
      {pasted && (
        <PasteDialog
          pasted={pasted}
          onClose={() => setPasted(undefined)}
          onApply={() => {
            editing.type([...pasted.edits, ...pasted.added]);
            setPasted(undefined);
          }}
        />
      )}
      {isBulk && <BulkDialog shape={shape} rows={selected} editing={editing} seen={seen} onClose={() => setBulk(false)} />}
      {editing.met.length > 0 && <CollisionDialog shape={shape} met={editing.met} onSettle={editing.settle} />}
      {item !== undefined && (
        <ItemCard
          key={item}
          requestId={requestId}
          shape={shape}
          targets={targets}
          code={item}
          change={items?.items.get(item)}
          on={outbox.on}
          revision={items?.revision ?? revision}
          onSaved={(next) => {
            onChanged(next);
            void editing.reload();
          }}
          onClose={() => open(null)}
        />
      )}
    </Stack>
  );
}

/** The rows that the request or the outbox alone knows: all that are changed, or those with errors. */
function ownRows(
  shape: Shape,
  { outbox, items }: { outbox: ReturnType<typeof useEditing>['outbox']; items: ReturnType<typeof useEditing>['items'] },
  show: Show,
  isPublished: (code: string) => boolean,
) {
  const rows = [...(items?.items.values() ?? [])].map((change) => rowOfChange(shape, change, outbox.on));
  const known = new Set(rows.map((row) => row.id));
  for (const [code, typed] of Object.entries(outbox.rows)) {
    if (known.has(code) || (show === 'all' && isPublished(code))) continue;
    const cells = Object.fromEntries([
      ['code', code],
      ...Object.entries(typed.cells).map(([column, cell]) => [column, cell.text]),
    ]);
    rows.push({ id: code, cells, ...(typed.isNew ? { tone: 'added' as const } : {}) });
  }
  return show === 'wrong' ? rows.filter((row) => items?.violations.has(row.id)) : rows;
}

/** Pasted rows that are beyond the grid: with a code they are new items, without one they are lost, and that is said. */
function withBeyond(known: Pasted | undefined, rows: string[][], covered: string[]): Pasted {
  const at = covered.indexOf('code');
  const added: TypedEdit[] = [];
  let lost = 0;
  for (const cells of rows) {
    const code = at < 0 ? '' : (cells[at] ?? '').trim();
    if (code === '') lost += 1;
    else for (const [place, text] of cells.entries()) pushTyped(added, code, covered[place], text);
  }
  return { edits: known?.edits ?? [], added, lost };
}

function pushTyped(edits: TypedEdit[], row: string, column: string | undefined, text: string): void {
  if (column !== undefined && column !== 'code') edits.push({ row, column, text, seen: '' });
}
