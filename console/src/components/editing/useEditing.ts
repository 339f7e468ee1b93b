import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { connection } from '@/api/connection';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { today } from '@/ui/format';
import type { Attribute, Shape } from '../dictionary/shape';
import {
  collisions,
  settled,
  store,
  stored,
  storageKey,
  withEdits,
  withoutSaved,
  type Collision,
  type Outbox,
  type TypedEdit,
} from './outbox';
import { loadRequestItems, versionOn, type RequestItems } from './requestItems';
import { saveEdits, sendable } from './saving';
import { textOf, type Values } from './values';

/** How long nobody has typed before what was typed is saved. */
const SAVED_AFTER_MS = 900;
/** How often a save that meets a newer revision is tried again. */
const ATTEMPTS_MAX = 5;

export type SavingState = 'saved' | 'waiting' | 'saving' | 'offline';

export interface EditingOf {
  person: string;
  requestId: string;
  revision: number;
  shape: Shape;
  /** The published values of an item that the grid has loaded. */
  publishedValues: (code: string) => Values | undefined;
  onChanged: (revision: number) => void;
}

export interface Editing {
  attributes: Map<string, Attribute>;
  outbox: Outbox;
  items: RequestItems | undefined;
  state: SavingState;
  /** What the service refused: of cells and of all. They are tried again when something is typed. */
  refusals: Refusal[];
  met: Collision[];
  setOn: (on: string) => void;
  type: (edits: TypedEdit[]) => void;
  settle: (takesMine: (collision: Collision) => boolean) => void;
  flush: () => void;
  reload: () => Promise<void>;
  isKnown: (code: string) => boolean;
  canUndo: boolean;
  canRedo: boolean;
  undo: () => void;
  redo: () => void;
}

/** The values of an item as the request has them on a date, or as they are published. */
function valuesNow(items: RequestItems | undefined, published: Values | undefined, code: string, on: string): Values | undefined {
  const changed = items?.items.get(code);
  if (!changed) return published;
  const version = versionOn(changed.after, on);
  return version ? (version.attributes as Values) : undefined;
}

/**
 * What is typed into a request: kept in the browser until the service has it, saved after a short pause, laid over again where
 * somebody else was faster, and never lost.
 */
export function useEditing({ person, requestId, revision, shape, publishedValues, onChanged }: EditingOf): Editing {
  const key = storageKey(person, requestId, shape.code);
  const [outbox, setOutbox] = useState(() => stored(key, today()));
  const [items, setItems] = useState<RequestItems>();
  const [state, setState] = useState<SavingState>('saved');
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [met, setMet] = useState<Collision[]>([]);
  const [past, setPast] = useState<TypedEdit[][]>([]);
  const [future, setFuture] = useState<TypedEdit[][]>([]);
  const attributes = useMemo(() => new Map(shape.attributes.map((attribute) => [attribute.code, attribute])), [shape]);
  const now = useRef({ outbox, items, revision, isSaving: false });
  useEffect(() => {
    now.current.outbox = outbox;
    store(key, outbox);
  }, [key, outbox]);
  const textNow = useCallback(
    (code: string, column: string) => {
      const changed = now.current.items?.items.get(code);
      if (column === 'parent') return changed ? (versionOn(changed.after, now.current.outbox.on)?.parentCode ?? '') : undefined;
      const attribute = attributes.get(column);
      const values = valuesNow(now.current.items, publishedValues(code), code, now.current.outbox.on);
      return attribute && values ? textOf(attribute, values[column]) : undefined;
    },
    [attributes, publishedValues],
  );

  const reload = useCallback(async () => {
    const loaded = await loadRequestItems(requestId, shape.code);
    now.current.items = loaded;
    now.current.revision = loaded.revision;
    setItems(loaded);
    // Others may have written where I did, whether or not I have tried to save.
    setMet(collisions(now.current.outbox.rows, textNow));
  }, [requestId, shape.code, textNow]);
  useEffect(() => {
    // What the page was told of may be older than what was saved meanwhile.
    if (revision > now.current.revision || !now.current.items) void reload().catch(() => setState('offline'));
  }, [revision, reload]);

  /** One attempt; whether another one is worth it, since somebody else was faster and met none of my cells. */
  const attempt = useCallback(async (): Promise<boolean> => {
    const { outbox: kept, items: loaded } = now.current;
    const before = (code: string) => valuesNow(loaded, publishedValues(code), code, kept.on);
    const { rows, edits } = sendable(shape.code, kept, attributes, before);
    const isEmpty = (rest: Outbox) => Object.keys(rest.rows).length === 0;
    if (edits.length === 0) {
      setState(isEmpty(kept) ? 'saved' : 'waiting');
      return false;
    }
    setState('saving');
    const saved = await saveEdits(requestId, now.current.revision, edits);
    if (saved.refusals.some(({ code }) => code === 'STALE_REVISION')) {
      await reload();
      setState('waiting');
      return collisions(now.current.outbox.rows, textNow).length === 0;
    }
    setRefusals(saved.refusals);
    if (saved.refusals.length > 0 || saved.revision === undefined) {
      setState('waiting');
      return false;
    }
    const rest = withoutSaved(now.current.outbox, rows);
    now.current.outbox = rest;
    now.current.revision = saved.revision;
    setOutbox(rest);
    onChanged(saved.revision);
    await reload();
    setState(isEmpty(rest) ? 'saved' : 'waiting');
    return false;
  }, [attributes, onChanged, publishedValues, reload, requestId, shape.code, textNow]);

  const save = useCallback(async () => {
    for (let count = 0; count < ATTEMPTS_MAX; count += 1) if (!(await attempt())) return;
  }, [attempt]);

  const flush = useCallback(() => {
    if (now.current.isSaving) return;
    now.current.isSaving = true;
    save()
      .catch((error: unknown) => {
        const told = refusalsOf(error);
        if (!told.some(({ code }) => code === 'NO_CONNECTION')) {
          setRefusals(told);
          return setState('waiting');
        }
        setState('offline');
        return void connection.untilFound().then(() => setState('waiting'));
      })
      .finally(() => {
        now.current.isSaving = false;
      });
  }, [save]);

  const isIdle = state !== 'saving' && state !== 'offline' && met.length === 0 && refusals.length === 0;
  useEffect(() => {
    if (!items || !isIdle || Object.keys(outbox.rows).length === 0) return undefined;
    const timer = setTimeout(flush, SAVED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [items, isIdle, outbox, flush]);

  const isKnown = useCallback(
    (code: string) => publishedValues(code) !== undefined || (now.current.items?.items.has(code) ?? false),
    [publishedValues],
  );
  const apply = useCallback(
    (edits: TypedEdit[]) => {
      setRefusals([]);
      setState('waiting');
      setOutbox((kept) => withEdits(kept, edits, (row) => !isKnown(row)));
    },
    [isKnown],
  );
  const type = useCallback(
    (edits: TypedEdit[]) => {
      apply(edits);
      setPast((kept) => [...kept.slice(-99), edits]);
      setFuture([]);
    },
    [apply],
  );
  const step = (from: TypedEdit[][], isBack: boolean) => {
    const last = from.at(-1);
    if (!last) return;
    apply(isBack ? last.map(({ row, column, text, seen }) => ({ row, column, text: seen, seen: text })) : last);
    setPast((kept) => (isBack ? kept.slice(0, -1) : [...kept, last]));
    setFuture((kept) => (isBack ? [...kept, last] : kept.slice(0, -1)));
  };
  return {
    attributes,
    outbox,
    items,
    state,
    refusals,
    met,
    setOn: (on) => setOutbox((kept) => ({ ...kept, on })),
    type,
    settle: (takesMine) => {
      setOutbox((kept) => settled(kept, met, takesMine));
      setMet([]);
    },
    flush,
    reload,
    isKnown,
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    undo: () => step(past, true),
    redo: () => step(future, false),
  };
}
