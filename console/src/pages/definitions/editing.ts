import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { Problem } from '@/components/definition/checking';
import { keyOf, type AttributeDefinition, type Definition } from '@/components/definition/definition';

/** What every part of the editor knows and can do. */
export interface Editing {
  definition: Definition;
  /** What is published now; null for a new dictionary. */
  published: Definition | null;
  /** Dictionaries that references can point to. */
  targets: Array<{ value: string; label: string }>;
  change: (recipe: (definition: Definition) => Definition) => void;
  /** Which row of the list on this page is open; undefined: none. */
  open: number | undefined;
  setOpen: (at: number | undefined) => void;
  /** What is wrong at a path of the definition, in words; undefined where nothing is, or nothing is to be said yet. */
  wrongAt: (path: string) => string | undefined;
  /** Whether anything is wrong at a path or below it. */
  isWrongBelow: (path: string) => boolean;
}

/** How a form tells what an attribute is to become. */
export type EditAttribute = (edit: (attribute: AttributeDefinition) => AttributeDefinition) => void;

export const EditingContext = createContext<Editing | null>(null);

/** The editor around a component. */
export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error('there is no editor around');
  return editing;
}

/** Whether a problem is to be said: what is merely missing is said once somebody meant to be ready. */
export function isSaid(problem: Problem, isAttempted: boolean): boolean {
  return isAttempted || !problem.isMissing;
}

/** An edited definition as it is kept in the browser. */
interface Kept {
  at: string;
  /** What it was made of. */
  start: string;
  definition: Definition;
  /** JSON as it was typed last, where it could not be read. */
  broken?: string;
}

/** Edits that survive a reload. */
export interface Draft {
  definition: Definition;
  broken: string | undefined;
  isChanged: boolean;
  /** When edits were kept that were found again. */
  restoredAt: string | undefined;
  /** Whether what they were made of has changed since. */
  hasMoved: boolean;
  change: (recipe: (definition: Definition) => Definition) => void;
  setBroken: (text: string | undefined) => void;
  discard: () => void;
}

function kept(storedAs: string): Kept | undefined {
  try {
    const text = localStorage.getItem(storedAs);
    return text ? (JSON.parse(text) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

/** The definition that is being edited: begun from `start`, kept in the browser under a name until it is saved or discarded. */
export function useDraft(start: Definition, storedAs: string): Draft {
  const [found] = useState(() => kept(storedAs));
  const [definition, setDefinition] = useState(found?.definition ?? start);
  const [broken, setBroken] = useState(found?.broken);
  const [isRestored, setRestored] = useState(found !== undefined);
  const startKey = useMemo(() => keyOf(start), [start]);
  const isChanged = broken !== undefined || keyOf(definition) !== startKey;
  const began = isRestored && found ? found.start : startKey;
  useEffect(() => {
    if (!isChanged) {
      localStorage.removeItem(storedAs);
      return;
    }
    const keeping: Kept = { at: new Date().toISOString(), start: began, definition, ...(broken === undefined ? {} : { broken }) };
    localStorage.setItem(storedAs, JSON.stringify(keeping));
  }, [storedAs, began, definition, broken, isChanged]);
  return {
    definition,
    broken,
    isChanged,
    restoredAt: isRestored && isChanged ? found?.at : undefined,
    hasMoved: isRestored && isChanged && began !== startKey,
    change: setDefinition,
    setBroken,
    discard: () => {
      localStorage.removeItem(storedAs);
      setDefinition(start);
      setBroken(undefined);
      setRestored(false);
    },
  };
}
