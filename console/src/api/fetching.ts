import { connection } from './connection';
import { session } from './session';

/** The codes with which the server says that whoever was signed in is so no more. */
const OVER = ['SESSION_EXPIRED', 'SESSION_ENDED', 'SESSION_UNKNOWN'];

async function isSessionOver(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false;
  const text = await answer.clone().text();
  return OVER.some((code) => text.includes(code));
}

/**
 * `fetch` that never loses what a person did: a request that is refused because the session is over waits until somebody has signed
 * in again, and is then sent anew; one that found no server marks the connection as lost. `waitsForSession: false` is for signing in.
 */
export async function fetchAsPerson(input: RequestInfo | URL, init?: RequestInit, waitsForSession = true): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(input, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) connection.lost();
    throw error;
  }
  connection.found();
  if (waitsForSession && (await isSessionOver(answer))) {
    session.isOver();
    await session.untilBack();
    return fetchAsPerson(input, init);
  }
  return answer;
}
