import { useEffect, useState } from 'react';
import { fetchAsPerson } from '@/api/fetching';
import { refusalsOf, type Refusal } from '@/api/refusals';

interface Fetched {
  of: string;
  text?: string;
  refusals: Refusal[];
}

/** A text of the server by its path. */
export function useServerText(path: string): { text: string | undefined; refusals: Refusal[] } {
  const [fetched, setFetched] = useState<Fetched>({ of: '', refusals: [] });
  useEffect(() => {
    const ending = new AbortController();
    const load = async () => {
      const answer = await fetchAsPerson(path, { signal: ending.signal });
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      setFetched({ of: path, text: await answer.text(), refusals: [] });
    };
    load().catch((error: unknown) => {
      if (!ending.signal.aborted) setFetched({ of: path, refusals: refusalsOf(error) });
    });
    return () => ending.abort();
  }, [path]);
  const isThis = fetched.of === path;
  return { text: isThis ? fetched.text : undefined, refusals: isThis ? fetched.refusals : [] };
}
