import { join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** The binary under test. */
export const BINARY = process.env['SVOD_BIN'] ?? join(ROOT, 'target/debug/svod');

/** Where the prepared database lies that every server begins with a copy of. */
export const PREPARED = join(ROOT, 'target/console-e2e');

/** Where pictures of pages are kept. */
export const SCREENSHOTS = join(ROOT, 'console/screenshots');

/** The people of the tests, by the names of their accounts; their passwords stand in `people.json` beside the prepared database. */
export const PEOPLE = {
  maria: { displayName: 'Мария Стрельцова', roles: ['steward'] },
  anna: { displayName: 'Анна Ковалёва', roles: ['approver'] },
  boris: { displayName: 'Борис Ильин', roles: ['steward', 'approver'] },
  olga: { displayName: 'Ольга Белова', roles: ['owner'] },
  petr: { displayName: 'Пётр Орлов', roles: ['administrator', 'auditor'] },
} as const;

export type PersonName = keyof typeof PEOPLE;
