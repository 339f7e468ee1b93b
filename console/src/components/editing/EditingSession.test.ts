import { describe, expect, test, vi } from 'vitest';
import type { Attribute } from '../dictionary/shape';
import { EditingSession, type EditingPorts } from './EditingSession';
import type { Outbox } from './outbox';
import type { RequestItems } from './requestItems';
import type { Saved } from './sendable';

const attribute = { code: 'name', type: 'STRING', list: false, required: true, localized: false, values: [] };
const attributes = new Map([['name', attribute as unknown as Attribute]]);

/** A service with a request, and a browser's storage. */
function world(save: (revision: number, edits: unknown[]) => Promise<Saved>, kept: Outbox = { on: '2026-12-01', rows: {} }) {
  const state = { revision: 1, kept, names: new Map<string, string>() };
  const items = (): RequestItems => ({
    revision: state.revision,
    items: new Map(
      [...state.names].map(([code, name]) => [
        code,
        { code, dictionary: 'd', kind: 'CHANGED', before: [], after: [{ attributes: { name } }] } as unknown as never,
      ]),
    ),
    violations: new Map(),
    isCut: false,
  });
  const ports: EditingPorts = {
    dictionary: 'd',
    attributes,
    load: () => Promise.resolve(items()),
    save: vi.fn(save),
    published: (code) => (code.startsWith('new') ? undefined : { name: 'Старое' }),
    keep: (outbox) => {
      state.kept = outbox;
    },
    untilFound: () => Promise.resolve(),
    onSaved: () => undefined,
  };
  const session = new EditingSession(ports, kept, 1);
  session.open();
  return { state, ports, session };
}

const typed = (row: string, text: string) => [{ row, column: 'name', text, seen: row.startsWith('new') ? '' : 'Старое' }];
const done = (revision: number): Saved => ({ revision, refusals: [] });
const refusal = (code: string, path: string[] = []): Saved => ({
  revision: undefined,
  refusals: [{ code, path, message: code }],
});

async function saved(session: EditingSession): Promise<void> {
  await vi.waitFor(() => expect(session.snapshot().items).toBeDefined());
  session.flush();
  await vi.waitFor(() => expect(session.snapshot().saving).not.toBe('saving'));
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('a session of editing', () => {
  test('saves what was typed, and keeps nothing of it after that', async () => {
    const { state, ports, session } = world(() => Promise.resolve(done(2)));
    session.type([...typed('1', 'Новое'), ...typed('new', 'Ещё одно')]);
    expect(Object.keys(state.kept.rows)).toEqual(['1', 'new']);
    await saved(session);
    expect(ports.save).toHaveBeenCalledExactlyOnceWith(1, [
      { update: expect.objectContaining({ code: '1', validFrom: '2026-12-01', attributes: { name: 'Новое' } }) },
      { add: expect.objectContaining({ code: 'new' }) },
    ]);
    expect(state.kept.rows).toEqual({});
    expect(session.newest()).toBe(2);
  });

  test('lays edits over a newer revision where they meet nobody, and asks where they do', async () => {
    const { state, session } = world((revision) => Promise.resolve(revision === 5 ? done(6) : refusal('STALE_REVISION')));
    state.revision = 5;
    const others = world(() => Promise.resolve(refusal('STALE_REVISION')));
    session.type(typed('1', 'Моё'));
    await saved(session);
    expect(state.kept.rows).toEqual({});

    await vi.waitFor(() => expect(others.session.snapshot().items).toBeDefined());
    others.session.type(typed('1', 'Моё'));
    others.state.names.set('1', 'Чужое');
    await saved(others.session);
    expect(others.session.snapshot().met).toEqual([{ row: '1', column: 'name', mine: 'Моё', theirs: 'Чужое' }]);
    others.session.settle(() => false);
    expect(others.state.kept.rows).toEqual({});
  });

  test('a refused row waits beside the others, until somebody types into it', async () => {
    const { state, session } = world((_, edits) =>
      Promise.resolve(edits.length > 1 ? refusal('CODE', ['d', 'new', 'name']) : done(2)),
    );
    session.type([...typed('1', 'Новое'), ...typed('new', 'Ещё одно')]);
    await saved(session);
    await vi.waitFor(() => expect(Object.keys(state.kept.rows)).toEqual(['new']));
    expect(session.snapshot().refused.get('new')?.get('name')?.code).toBe('CODE');
    session.type(typed('new', 'Иначе'));
    expect(session.snapshot().refused.size).toBe(0);
  });

  test('what lies in the storage is saved, and nothing is lost without a connection', async () => {
    let isThere = false;
    const kept: Outbox = {
      on: '2026-12-01',
      rows: { '1': { isNew: false, cells: { name: { text: 'Новое', seen: 'Старое' } } } },
    };
    const { state, session } = world(
      () =>
        isThere ? Promise.resolve(done(2)) : Promise.reject(Object.assign(new Error('x'), { networkError: new Error('y') })),
      kept,
    );
    await saved(session);
    expect(session.snapshot().saving).toBe('offline');
    expect(state.kept).toBe(kept);
    isThere = true;
    await vi.waitFor(() => expect(state.kept.rows).toEqual({}), 5000);
  });

  test('undoes and redoes', () => {
    const { state, session } = world(() => Promise.resolve(done(2)));
    session.type(typed('1', 'Новое'));
    session.type(typed('new', 'Ещё одно'));
    session.undo();
    expect(Object.keys(state.kept.rows)).toEqual(['1']);
    session.undo();
    expect(state.kept.rows).toEqual({});
    session.redo();
    expect(state.kept.rows['1']?.cells['name']?.text).toBe('Новое');
  });

  test('what one cannot read is not sent', async () => {
    const { ports, session } = world(() => Promise.resolve(done(2)));
    session.type(typed('1', ''));
    await saved(session);
    expect(ports.save).not.toHaveBeenCalled();
  });
});
