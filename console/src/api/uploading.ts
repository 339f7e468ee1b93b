import { connection } from './connection';
import { session } from './session';
import type { Refusal } from './refusals';

/** Parameters of an import, by the names of the command line; `map` may be there several times. */
export type ImportParameters = Array<[name: string, value: string]>;

/** What the door of files answered. */
export interface Sent<T> {
  answer: T | undefined;
  refusals: Refusal[];
}

interface Problem {
  errors?: Array<{ message: string; extensions?: { code?: string } }>;
}

const OVER = /SESSION_(EXPIRED|ENDED|UNKNOWN)/;

function addressOf(path: string, fileName: string, parameters: ImportParameters): string {
  const query = new URLSearchParams([['file', fileName], ...parameters]);
  return `${path}?${query.toString()}`;
}

function refusalsIn(status: number, text: string): Refusal[] {
  try {
    const { errors = [] } = JSON.parse(text) as Problem;
    if (errors.length > 0)
      return errors.map(({ message, extensions }) => ({ path: [], code: extensions?.code ?? 'UNKNOWN', message }));
  } catch {
    // Not one of our answers: a proxy's, say.
  }
  return [{ path: [], code: 'UNKNOWN', message: `${status} ${text.slice(0, 200)}` }];
}

/**
 * Sends a file as it is, and tells how much of it has gone out. Waits for somebody to sign in again where the session is over.
 * `fetch` cannot tell how far an upload is; hence the older way.
 */
export async function send<T>(
  path: string,
  file: Blob,
  fileName: string,
  parameters: ImportParameters,
  told?: (share: number) => void,
  signal?: AbortSignal,
): Promise<Sent<T>> {
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', addressOf(path, fileName, parameters));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => told?.(event.total > 0 ? event.loaded / event.total : 0));
    request.addEventListener('load', () => resolve({ status: request.status, text: request.responseText }));
    request.addEventListener('error', () => resolve({ status: 0, text: '' }));
    request.addEventListener('abort', () => resolve({ status: -1, text: '' }));
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
  if (status === -1) return { answer: undefined, refusals: [] };
  if (status === 0) {
    connection.lost();
    return { answer: undefined, refusals: [{ path: [], code: 'NO_CONNECTION', message: path }] };
  }
  if (status === 401 && OVER.test(text)) {
    session.isOver();
    await session.untilBack();
    return send(path, file, fileName, parameters, told, signal);
  }
  if (status >= 400) return { answer: undefined, refusals: refusalsIn(status, text) };
  return { answer: JSON.parse(text) as T, refusals: [] };
}

/** The job that an upload became. */
export interface UploadedJob {
  id: number;
  /** The same file was sent before, and its request is still open. */
  isRepeated: boolean;
}

export const upload = (
  dictionary: string,
  file: File,
  parameters: ImportParameters,
  told: (share: number) => void,
  signal: AbortSignal,
) => send<UploadedJob>(`/import/${encodeURIComponent(dictionary)}`, file, file.name, parameters, told, signal);
