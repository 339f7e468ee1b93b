import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY, PEOPLE, PREPARED, ROOT } from './places';

/** Makes the database that all servers begin with: the shipped dictionaries, and people with passwords. Made anew for each binary. */
export default function prepare(): void {
  const made = join(PREPARED, 'people.json');
  if (existsSync(made) && statSync(made).mtimeMs > statSync(BINARY).mtimeMs) return;
  rmSync(PREPARED, { recursive: true, force: true });
  mkdirSync(PREPARED, { recursive: true });
  const database = ['--database-url', `sqlite:${join(PREPARED, 'svod.db')}`];
  const svod = (...words: string[]) =>
    execFileSync(BINARY, [...words, ...database], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  svod('dictionary', 'apply', 'dictionaries', '--publish');
  const passwords: Record<string, string> = {};
  for (const [name, { displayName, roles }] of Object.entries(PEOPLE)) {
    const words = roles.flatMap((role) => ['--role', role]);
    const told = svod('user', 'add', name, '--display-name', displayName, ...words);
    const password = /\b[a-z0-9]{5}(?:-[a-z0-9]{5}){3}\b/.exec(told)?.[0];
    if (!password) throw new Error(`no password in: ${told}`);
    passwords[name] = password;
  }
  writeFileSync(`${made}.new`, JSON.stringify(passwords));
  renameSync(`${made}.new`, made);
}
