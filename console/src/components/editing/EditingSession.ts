import type { ItemEditInput } from '@/api/gql/graphql';
import { refusalsOf, type Refusal } from '@/api/refusals';
import type { Attribute } from '../dictionary/shape';
import { collisions, isEmpty, settled, withEdits, withoutSaved, type Collision, type Outbox, type TypedEdit } from './outbox';
import type { RequestItems } from './requestItems';
import { EDITS_MAX, sendable, type Saved } from './sendable';
import { textOf, type Values } from './values';
import { versionOn } from './versions';

export type SavingState = 'idle' | 'saving' | 'offline';

/** What somebody who edits sees of it. A new object whenever anything of it changed. */
export interface EditingState {
  outbox: Outbox;
  /** What the request says; nothing is saved before that is known. */
  items: RequestItems | undefined;
  saving: SavingState;
  /** What was refused that is about no row. */
  refusals: Refusal[];
  /** What was refused of rows that are not saved, by item, then attribute; such a row waits until somebody types into it. */
  refused: RequestItems['violations'];
  /** Cells that somebody else changed too, until one has chosen. */
  met: Collision[];
  past: TypedEdit[][];
  future: TypedEdit[][];
}

/** What a session of editing needs of the world. */
export interface EditingPorts {
  dictionary: string;
  attributes: Map<string, Attribute>;
  load: () => Promise<RequestItems>;
  save: (revision: number, edits: ItemEditInput[]) => Promise<Saved>;
  /** The published values of an item that the grid has loaded. */
  published: (code: string) => Values | undefined;
  keep: (outbox: Outbox) => void;
  /** Resolves when the service answers again. */
  untilFound: () => Promise<void>;
  onSaved: (revision: number) => void;
}

/** How long nobody has typed before what was typed is saved. */
const SAVED_AFTER_MS = 900;
/** How long is waited after the service was not there, even where the connection is not known to be lost. */
const AGAIN_AFTER_MS = 1500;
/** How often a save that meets a newer revision is tried again. */
const ATTEMPTS_MAX = 5;
const STEPS_MAX = 100;

/**
 * What is typed into one dictionary of a request: kept until the service has it, saved after a short pause, laid over again where
 * somebody else was faster, and never lost.
 */
export class EditingSession {
  private current: EditingState;
  private revision: number;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Acts upon the request wait for each other, since each needs the revision that the one before it made. */
  private last: Promise<unknown> = Promise.resolve();
  private isSaving = false;
  private isClosed = false;

  constructor(
    private readonly ports: EditingPorts,
    outbox: Outbox,
    revision: number,
  ) {
    this.revision = revision;
    this.current = {
      outbox,
      items: undefined,
      saving: 'idle',
      refusals: [],
      refused: new Map(),
      met: [],
      past: [],
      future: [],
    };
  }

  /** Asks what the request says, and saves what was not saved the last time. */
  open(): void {
    void this.reload();
  }

  readonly snapshot = (): EditingState => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether the item is published or in the request: what is not is new. */
  readonly isKnown = (code: string): boolean =>
    this.ports.published(code) !== undefined || (this.current.items?.items.has(code) ?? false);

  readonly type = (edits: TypedEdit[]): void => {
    if (edits.length === 0) return;
    this.apply(edits);
    this.set({ past: [...this.current.past, edits].slice(-STEPS_MAX), future: [] });
  };

  readonly undo = (): void => {
    const { past, future } = this.current;
    const edits = past.at(-1);
    if (!edits) return;
    // An item that is in the request by now is not emptied cell by cell: it is taken out as a whole, in its card.
    const isAdded = (row: string) => this.current.items?.items.get(row)?.kind === 'ADDED' && !this.ports.published(row);
    const undone = edits.filter(({ row, seen }) => seen !== '' || !isAdded(row));
    this.apply(undone.map(({ row, column, text, seen }) => ({ row, column, text: seen, seen: text })));
    this.set({ past: past.slice(0, -1), future: [...future, edits] });
  };

  readonly redo = (): void => {
    const { past, future } = this.current;
    const edits = future.at(-1);
    if (!edits) return;
    this.apply(edits);
    this.set({ past: [...past, edits], future: future.slice(0, -1) });
  };

  readonly setOn = (on: string): void => {
    this.put({ ...this.current.outbox, on });
    // What was typed is of other versions now.
    void this.reload();
  };

  /** The choices between theirs and mine are made. */
  readonly settle = (takesMine: (collision: Collision) => boolean): void => {
    const { outbox, met } = this.current;
    this.set({ met: [] });
    this.put(settled(outbox, met, takesMine));
    this.flush();
  };

  /** Somebody changed the request; what we made of it ourselves is known already. */
  readonly told = (revision: number): void => {
    // What is being saved right now is asked for after that: it would be taken for somebody else's.
    void this.inTurn(async () => {
      if (revision > this.revision) await this.reload();
    });
  };

  /** Saves at once what can be saved. */
  readonly flush = (): void => {
    clearTimeout(this.timer);
    if (this.isSaving || !this.current.items || this.current.met.length > 0) return;
    this.isSaving = true;
    void this.inTurn(() => this.saveAll()).finally(() => {
      this.isSaving = false;
      this.schedule();
    });
  };

  /** Other edits than cells: after what is under way, at the newest revision. `mayGoOn` says whether they still hold when that changed. */
  readonly send = (
    edits: ItemEditInput[],
    mayGoOn: (items: RequestItems | undefined) => boolean = () => true,
  ): Promise<Refusal[]> =>
    this.inTurn(async () => {
      for (let at = 0; at < edits.length; at += EDITS_MAX) {
        const refusals = await this.sendPart(edits.slice(at, at + EDITS_MAX), mayGoOn);
        if (refusals.length > 0) return refusals;
      }
      return [];
    });

  /** Something else than editing changed the request to this revision. */
  readonly changed = async (revision: number): Promise<void> => {
    this.revision = Math.max(this.revision, revision);
    this.ports.onSaved(revision);
    await this.reload();
  };

  newest(): number {
    return this.revision;
  }

  /** The page is left: what was typed is sent now and not after the pause. What cannot be lies in the storage. */
  close(): void {
    this.flush();
    this.isClosed = true;
  }

  private async sendPart(edits: ItemEditInput[], mayGoOn: (items: RequestItems | undefined) => boolean): Promise<Refusal[]> {
    for (let attempt = 1; ; attempt += 1) {
      const saved = await this.ports.save(this.revision, edits).catch((error: unknown): Saved => ({
        revision: undefined,
        refusals: refusalsOf(error),
      }));
      if (isStale(saved.refusals) && attempt < ATTEMPTS_MAX) {
        await this.reload();
        if (mayGoOn(this.current.items)) continue;
      }
      if (saved.refusals.length === 0 && saved.revision !== undefined) await this.changed(saved.revision);
      return saved.refusals;
    }
  }

  private async saveAll(): Promise<void> {
    try {
      for (let count = 0; count < ATTEMPTS_MAX; count += 1) if (!(await this.attempt())) return;
    } catch (error) {
      const refusals = refusalsOf(error);
      const isGone = refusals.some(({ code }) => code === 'NO_CONNECTION' || code === 'UNAVAILABLE');
      this.set(isGone ? { saving: 'offline' } : { saving: 'idle', refusals });
      if (isGone) void this.whenFound(() => this.set({ saving: 'idle' }));
    }
  }

  /** One attempt; whether another one is worth it. */
  private async attempt(): Promise<boolean> {
    const { outbox, items, refused } = this.current;
    const before = (code: string) => this.valuesNow(code);
    const { rows, edits } = sendable(this.ports.dictionary, outbox, this.ports.attributes, before, (code) => refused.has(code));
    if (edits.length === 0 || !items) {
      this.set({ saving: 'idle' });
      return false;
    }
    this.set({ saving: 'saving' });
    const saved = await this.ports.save(this.revision, edits);
    if (isStale(saved.refusals)) {
      await this.reload();
      this.set({ saving: 'idle' });
      return this.current.met.length === 0;
    }
    if (saved.refusals.length > 0 || saved.revision === undefined) return this.refuse(saved.refusals, rows);
    this.put(withoutSaved(this.current.outbox, rows));
    await this.changed(saved.revision);
    this.set({ saving: 'idle' });
    return !isEmpty(this.current.outbox);
  }

  /** Rows that are refused wait, the others are tried again without them; whether there are such. */
  private refuse(refusals: Refusal[], rows: Outbox['rows']): boolean {
    const refused = new Map(this.current.refused);
    const others: Refusal[] = [];
    for (const refusal of refusals) {
      const [, code, attribute = ''] = refusal.path;
      if (code === undefined || !rows[code]) others.push(refusal);
      else refused.set(code, new Map(refused.get(code)).set(attribute, refusal));
    }
    this.set({ refused, refusals: others, saving: 'idle' });
    return others.length === 0 && refusals.length > 0;
  }

  private apply(edits: TypedEdit[]): void {
    const refused = new Map(this.current.refused);
    for (const { row } of edits) refused.delete(row);
    this.set({ refused, refusals: [] });
    this.put(withEdits(this.current.outbox, edits, (row) => !this.isKnown(row)));
  }

  private put(outbox: Outbox): void {
    this.ports.keep(outbox);
    this.set({ outbox });
    this.schedule();
  }

  /** What cannot be saved as it is, is not tried for ever. */
  private schedule(): void {
    const { outbox, items, saving, met, refusals, refused } = this.current;
    clearTimeout(this.timer);
    if (this.isClosed || !items || saving === 'offline' || met.length > 0 || refusals.length > 0 || isEmpty(outbox)) return;
    const { edits } = sendable(
      this.ports.dictionary,
      outbox,
      this.ports.attributes,
      (code) => this.valuesNow(code),
      (code) => refused.has(code),
    );
    if (edits.length > 0) this.timer = setTimeout(this.flush, SAVED_AFTER_MS);
  }

  private async reload(): Promise<void> {
    try {
      const items = await this.ports.load();
      this.revision = Math.max(this.revision, items.revision);
      this.set({ items });
      // Others may have written where I did, whether or not I have tried to save.
      this.set({ met: collisions(this.current.outbox.rows, this.textNow) });
      this.schedule();
    } catch (error) {
      if (this.current.items) return;
      const refusals = refusalsOf(error);
      const isGone = refusals.some(({ code }) => code === 'NO_CONNECTION' || code === 'UNAVAILABLE');
      this.set(isGone ? { saving: 'offline' } : { refusals });
      if (isGone) {
        void this.whenFound(() => {
          this.set({ saving: 'idle' });
          void this.reload();
        });
      }
    }
  }

  private async whenFound(go: () => void): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    await this.ports.untilFound();
    go();
    this.schedule();
  }

  private readonly textNow = (code: string, column: string): string | undefined => {
    const changed = this.current.items?.items.get(code);
    const { on } = this.current.outbox;
    if (column === 'parent') return changed ? (versionOn(changed.after, on)?.parentCode ?? '') : undefined;
    const attribute = this.ports.attributes.get(column);
    const values = this.valuesNow(code);
    return attribute && values ? textOf(attribute, values[column]) : undefined;
  };

  /** The values of an item as the request has them on the date of the edits, or as they are published. */
  private valuesNow(code: string): Values | undefined {
    const { items, outbox } = this.current;
    const changed = items?.items.get(code);
    if (!changed) return this.ports.published(code);
    const version = versionOn(changed.after, outbox.on);
    return version ? (version.attributes as Values) : undefined;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private set(part: Partial<EditingState>): void {
    this.current = { ...this.current, ...part };
    for (const listener of this.listeners) listener();
  }
}

function isStale(refusals: Refusal[]): boolean {
  return refusals.some(({ code }) => code === 'STALE_REVISION');
}
