import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type APIRequestContext, type Page } from '@playwright/test';
import { BINARY, PREPARED, ROOT, SCREENSHOTS, type PersonName } from './places';

/** One running service with a database of its own. */
export interface Server {
  /** `http://127.0.0.1:40001`. */
  url: string;
  /** The folder of its database and files. */
  folder: string;
  /** Ends it at once, as a crash would. */
  kill: () => Promise<void>;
  /** Starts it again at the same address over the same database. */
  start: () => Promise<void>;
}

function launch(folder: string, listen: string): Promise<{ child: ChildProcess; url: string }> {
  const words = ['serve', '--listen', listen, '--database-url', `sqlite:${join(folder, 'svod.db')}`];
  const more = ['--import-folder', join(folder, 'imports'), '--outbound-allow', '127.0.0.0/8', '--poll-every-ms', '20'];
  const child = spawn(BINARY, [...words, ...more], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let told = '';
    const listenTo = (text: Buffer) => {
      told += text.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(told)?.[0];
      if (url && told.includes('Svod is ready')) resolve({ child, url });
    };
    child.stdout.on('data', listenTo);
    child.stderr.on('data', listenTo);
    child.once('exit', (code) => reject(new Error(`svod ended with ${code}:\n${told}`)));
  });
}

async function serve(): Promise<Server & { stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'svod-console-'));
  copyFileSync(join(PREPARED, 'svod.db'), join(folder, 'svod.db'));
  let { child, url } = await launch(folder, '127.0.0.1:0');
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url,
    folder,
    kill,
    start: async () => {
      ({ child, url } = await launch(folder, url.slice('http://'.length)));
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function passwordOf(name: PersonName): string {
  const passwords = JSON.parse(readFileSync(join(PREPARED, 'people.json'), 'utf8')) as Record<string, string>;
  const password = passwords[name];
  if (!password) throw new Error(`nobody is called ${name}`);
  return password;
}

/** Signs a browser in without the form: by the API, into the page's cookies. */
export async function signIn(page: Page, server: Server, name: PersonName): Promise<void> {
  await page.context().clearCookies();
  const query =
    'mutation($name: String!, $password: String!) { signIn(input: { name: $name, password: $password }) { errors { message } } }';
  await askServer(page.request, server, query, { name, password: passwordOf(name) });
}

/** Asks the management API with the page's cookies, to put things into place; throws when it refuses. */
export async function askServer<T = Record<string, unknown>>(
  request: APIRequestContext,
  server: Server,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const answer = await request.post(`${server.url}/graphql`, { data: { query, variables } });
  const body = (await answer.json()) as { data?: T; errors?: unknown[] };
  const refused = JSON.stringify(body).includes('"errors":[{');
  if (!body.data || refused) throw new Error(JSON.stringify(body));
  return body.data;
}

/** Keeps a picture of the page: `console/screenshots/<name>.png`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
}

type Running = Awaited<ReturnType<typeof serve>>;

/** Tests with a server for each spec file, and a page that begins there. Errors of the page's scripts and policy fail the test. */
export const test = base.extend<{ quiet: undefined; server: Server }, { servers: Map<string, Running> }>({
  servers: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const servers = new Map<string, Running>();
      await use(servers);
      await Promise.all([...servers.values()].map((server) => server.stop()));
    },
    { scope: 'worker' },
  ],
  server: async ({ servers }, use, info) => {
    const server = servers.get(info.file) ?? (await serve());
    servers.set(info.file, server);
    await use(server);
  },
  baseURL: async ({ server }, use) => use(server.url),
  quiet: [
    async ({ page }, use) => {
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(String(error)));
      page.on('console', (message) => {
        if (/Content Security Policy|Warning:|Each child in a list/.test(message.text())) wrong.push(message.text());
      });
      await use(undefined);
      expect(wrong, 'errors in the console of the browser').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
