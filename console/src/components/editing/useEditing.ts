import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { connection } from '@/api/connection';
import { today } from '@/ui/format';
import type { Shape, Target } from '../dictionary/shape';
import { EditingSession, type EditingState } from './EditingSession';
import { EditorRows } from './EditorRows';
import { storageKey, store, stored } from './outbox';
import type { Wording } from './overlay';
import { loadRequestItems } from './requestItems';
import { saveEdits } from './saving';

interface EditingOf {
  person: string;
  requestId: string;
  revision: number;
  shape: Shape;
  targets: Map<string, Target>;
  wording: Wording;
  onChanged: (revision: number) => void;
}

/** What is typed into a dictionary of a request, and the rows over which it is laid. */
export interface Editing {
  session: EditingSession;
  rows: EditorRows;
}

/** Begins to edit a dictionary in a request; `undefined` until that is so. */
export function useEditing({ person, requestId, revision, shape, targets, wording, onChanged }: EditingOf): Editing | undefined {
  const latest = useRef({ onChanged, revision });
  useEffect(() => {
    latest.current = { onChanged, revision };
  });
  const [editing, setEditing] = useState<Editing>();
  useEffect(() => {
    const of = { person, requestId, shape, targets, wording };
    const begun = begin(of, latest.current.revision, (next) => latest.current.onChanged(next));
    begun.session.open();
    setEditing(begun);
    return () => {
      begun.session.close();
      setEditing(undefined);
    };
  }, [person, requestId, shape, targets, wording]);
  useEffect(() => editing?.session.told(revision), [editing, revision]);
  return editing;
}

type Begun = Omit<EditingOf, 'revision' | 'onChanged'>;

function begin(
  { person, requestId, shape, targets, wording }: Begun,
  revision: number,
  onSaved: (revision: number) => void,
): Editing {
  const key = storageKey(person, requestId, shape.code);
  const outbox = stored(key, today());
  const rows: EditorRows = new EditorRows(shape, targets, () => session.snapshot(), wording);
  const session: EditingSession = new EditingSession(
    {
      dictionary: shape.code,
      attributes: new Map(shape.attributes.map((attribute) => [attribute.code, attribute])),
      load: async () => {
        const typed = session.snapshot().outbox;
        // What was typed is laid over what is published, which after a reload nobody has looked at yet.
        const codes = Object.keys(typed.rows).filter((code) => typed.rows[code]?.isNew === false);
        const [items] = await Promise.all([loadRequestItems(requestId, shape.code), rows.lookUp(codes, typed.on)]);
        return items;
      },
      save: (at, edits) => saveEdits(requestId, at, edits),
      published: rows.published,
      keep: (kept) => store(key, kept),
      untilFound: () => connection.untilFound(),
      onSaved,
    },
    outbox,
    revision,
  );
  return { session, rows };
}

export const useEditingState = (session: EditingSession): EditingState =>
  useSyncExternalStore(session.subscribe, session.snapshot);
