import { Alert, Stack } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { localized } from '@/ui/format';
import { Grid, type CellEdit, type GridHandle, type PastedBlock } from '@/ui/grid/Grid';
import { Refusals } from '@/ui/Refusals';
import { useUrlState } from '@/ui/urlState';
import type { Shape, Target } from '../dictionary/shape';
import { ActDialog } from './ActDialog';
import { BulkDialog } from './BulkDialog';
import { CollisionDialog } from './CollisionDialog';
import { editableColumns } from './editableColumns';
import { EditorBar } from './EditorBar';
import type { Show } from './EditorRows';
import { ItemCard } from './ItemCard';
import { useOpenItem } from './openItem';
import { stuckRows, wrongItems } from './overlay';
import { PasteDialog, type Pasted } from './PasteDialog';
import { mapPasted } from './pasting';
import { useEditingState, type Editing } from './useEditing';
import classes from './Editing.module.css';

interface DictionaryEditorProps {
  person: string;
  requestId: string;
  shape: Shape;
  targets: Map<string, Target>;
  editing: Editing;
  item?: string;
}

/** The grid in which one edits, with what is typed laid over what the request says, over what is published. */
export function DictionaryEditor({ person, requestId, shape, targets, editing, item }: DictionaryEditorProps) {
  const { t } = useTranslation(['editing', 'dictionary', 'common']);
  const { session, rows } = editing;
  const state = useEditingState(session);
  const [typedSearch, setTypedSearch] = useState('');
  const [search] = useDebouncedValue(typedSearch, 250);
  const [show, setShow] = useUrlState('rows', 'all');
  const [selected, setSelected] = useState<string[]>([]);
  const [bulk, setBulk] = useState<'value' | 'retire'>();
  const open = useOpenItem();
  const grid = useRef<GridHandle>(null);
  const columns = useMemo(
    () => editableColumns(shape, targets, { code: t('dictionary:code'), parent: t('dictionary:parent') }, rows.named),
    [shape, targets, t, rows],
  );
  const attributes = useMemo(() => new Map(shape.attributes.map((attribute) => [attribute.code, attribute])), [shape]);
  const { outbox, items, refused } = state;
  const source = useMemo(
    () => rows.source(show === 'all' ? search : '', show as Show, outbox.on),
    [rows, search, show, outbox.on],
  );
  useEffect(() => {
    let last = session.snapshot();
    return session.subscribe(() => {
      const now = session.snapshot();
      if (now.outbox !== last.outbox || now.items !== last.items || now.refused !== last.refused) grid.current?.refresh();
      last = now;
    });
  }, [session]);
  const counts = useMemo(() => {
    const changed = new Set([...(items?.items.keys() ?? []), ...Object.keys(outbox.rows)]);
    const wrong = wrongItems({ outbox, items, refused }, attributes).size;
    return { changed: changed.size, wrong, stuck: stuckRows({ outbox, refused }, attributes) };
  }, [outbox, items, refused, attributes]);
  const paste = usePaste(editing, columns, outbox.on);
  const type = (edits: CellEdit[]) =>
    session.type(edits.map(({ row, column, value }) => ({ row, column, text: value, seen: rows.seen(row, column) })));
  useKeys(editing);
  return (
    <Stack gap="sm">
      <EditorBar
        session={session}
        state={state}
        search={typedSearch}
        onSearch={setTypedSearch}
        show={show as Show}
        onShow={setShow}
        counts={counts}
        selected={selected.length}
        onBulk={setBulk}
        onAdd={() => open('')}
      />
      {items?.isCut && <Alert variant="light">{t('cut')}</Alert>}
      <Refusals refusals={[...state.refusals, ...paste.refusals]} />
      <div className={classes['grid'] ?? ''}>
        <Grid
          ref={grid}
          label={localized(shape.name)}
          columns={columns}
          source={source}
          onEdit={type}
          onPaste={paste.begin}
          onOpen={open}
          addressOf={(row) => `?${new URLSearchParams({ edit: shape.code, item: row }).toString()}`}
          selected={selected}
          onSelect={setSelected}
          empty={show === 'all' ? undefined : t(`show.none.${show === 'wrong' ? 'wrong' : 'changed'}`)}
        />
      </div>
      {paste.pasted && <PasteDialog pasted={paste.pasted} columns={columns} onClose={paste.end} onApply={paste.apply} />}
      {bulk === 'value' && (
        <BulkDialog shape={shape} targets={targets} codes={selected} editing={editing} onClose={() => setBulk(undefined)} />
      )}
      {bulk === 'retire' && (
        <ActDialog
          kind="retire"
          dictionary={shape.code}
          codes={selected}
          on={outbox.on}
          session={session}
          onDone={() => {
            setBulk(undefined);
            setSelected([]);
          }}
          onClose={() => setBulk(undefined)}
        />
      )}
      {state.met.length > 0 && <CollisionDialog shape={shape} met={state.met} onSettle={session.settle} />}
      {item !== undefined && (
        <ItemCard
          key={item}
          person={person}
          requestId={requestId}
          shape={shape}
          targets={targets}
          code={item}
          session={session}
          onClose={() => open(null)}
        />
      )}
    </Stack>
  );
}

/** A block that was pasted, from the clipboard through the look at what it would change to the edits. */
function usePaste({ session, rows }: Editing, columns: Parameters<typeof mapPasted>[1], on: string) {
  const { t } = useTranslation('common');
  const [pasted, setPasted] = useState<Pasted>();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const begin = async (block: PastedBlock) => {
    const { cells, lost, unknown } = mapPasted(block, columns, { yes: t('yes'), no: t('no') });
    setRefusals([]);
    try {
      const codes = [...new Set(cells.map(({ row }) => row))];
      await rows.lookUp(codes, on);
      const added = new Set(codes.filter((code) => !session.isKnown(code)));
      const edits = cells.map((cell) => ({ ...cell, seen: rows.seen(cell.row, cell.column) }));
      setPasted({ edits: edits.filter(({ text, seen }) => text !== seen), added, lost, unknown });
    } catch (error) {
      setRefusals(refusalsOf(error));
    }
  };
  return {
    pasted,
    refusals,
    begin: (block: PastedBlock) => void begin(block),
    end: () => setPasted(undefined),
    apply: () => {
      if (pasted) session.type(pasted.edits);
      setPasted(undefined);
    },
  };
}

/** Ctrl+S saves at once, Ctrl+Z and Ctrl+Y undo and redo, whatever the layout of the keyboard; letters in a field are undone by it. */
function useKeys({ session }: Editing) {
  const physical = { usePhysicalKeys: true };
  useHotkeys(
    [
      [
        'mod+S',
        () => {
          // A cell that is being edited takes its letters when it is left.
          if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
          setTimeout(session.flush, 50);
        },
        physical,
      ],
    ],
    [],
  );
  useHotkeys([
    ['mod+Z', session.undo, physical],
    ['mod+Y', session.redo, physical],
    ['mod+shift+Z', session.redo, physical],
  ]);
}
