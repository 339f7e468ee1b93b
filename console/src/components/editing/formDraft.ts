import type { Values } from './values';

/** What was typed into the card of an item and is not in the request yet. */
export interface FormDraft {
  code: string;
  from: string | null;
  until: string | null;
  comment: string;
  parent?: string | null;
  values: Values;
  /** What stood in the fields when they were begun, as JSON: so that one sees what others made of them meanwhile. */
  seen: Record<string, string>;
}

/** Where it lies: of one person, request and item. */
export function formKey(person: string, request: string, dictionary: string, code: string): string {
  return `svod.form.${person}.${request}.${dictionary}.${code}`;
}

export function blankForm(code: string, on: string): FormDraft {
  return { code, from: on, until: null, comment: '', values: {}, seen: {} };
}

/** Whether nothing is typed that could be lost. */
export function isUntouched(draft: FormDraft, code: string): boolean {
  const isTyped = Object.keys(draft.values).length > 0 || draft.parent !== undefined;
  return !isTyped && draft.comment === '' && draft.code === code;
}

export function keptForm(key: string, blank: FormDraft): FormDraft {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Partial<FormDraft> | null;
    return kept ? { ...blank, ...kept } : blank;
  } catch {
    // What cannot be read was not written by us.
    return blank;
  }
}

export function keepForm(key: string, draft: FormDraft, code: string): void {
  if (isUntouched(draft, code)) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(draft));
}

/** A form with another value; what stood there before is noted when a field is begun. */
export function withValue(draft: FormDraft, attribute: string, value: unknown, before: unknown): FormDraft {
  const seen = attribute in draft.seen ? draft.seen : { ...draft.seen, [attribute]: JSON.stringify(before ?? null) };
  return { ...draft, seen, values: { ...draft.values, [attribute]: value } };
}

/** The fields that I typed into and others changed meanwhile to another end. */
export function metFields(draft: FormDraft, now: Values): string[] {
  return Object.keys(draft.seen).filter((attribute) => {
    const theirs = JSON.stringify(now[attribute] ?? null);
    return theirs !== draft.seen[attribute] && theirs !== JSON.stringify(draft.values[attribute] ?? null);
  });
}
