import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery, type AnyVariables, type CombinedError } from 'urql';
import { client } from './client';
import type { TypedDocumentString } from './gql/graphql';

/** Variables as urql keeps them. */
type Variables = Record<string, unknown>;

export interface Asked<TData> {
  data: TData | undefined;
  error: CombinedError | undefined;
  /** Nothing is known yet. */
  isLoading: boolean;
  /** Something is known and asked for anew. */
  isRefreshing: boolean;
  again: () => void;
}

interface AskOptions {
  /** Not to be asked now. */
  pause?: boolean;
  /** Types after whose mutation it is asked anew, though an empty answer has none: `['ChangeRequest']`. */
  types?: string[];
}

/** Asks the management API, and again after mutations of what it gave. */
export function useAsk<TData, TVariables>(
  document: TypedDocumentString<TData, TVariables>,
  variables: TVariables,
  { pause = false, types }: AskOptions = {},
): Asked<TData> {
  const names = types?.join(' ') ?? '';
  const context = useMemo(() => ({ additionalTypenames: names === '' ? [] : names.split(' ') }), [names]);
  const [result, execute] = useQuery<TData, AnyVariables>({
    query: document.toString(),
    variables: variables as Variables,
    pause,
    context,
  });
  const again = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  const isKnown = result.data !== undefined && result.data !== null;
  return {
    data: result.data ?? undefined,
    error: result.error,
    isLoading: result.fetching && !isKnown,
    isRefreshing: (result.fetching || result.stale) && isKnown,
    again,
  };
}

/** Asks once, outside of rendering. Throws `CombinedError`. */
export async function ask<TData, TVariables>(
  document: TypedDocumentString<TData, TVariables>,
  variables: TVariables,
  isFresh = false,
): Promise<TData> {
  const result = await client.query<TData, AnyVariables>(document.toString(), variables as Variables, {
    requestPolicy: isFresh ? 'network-only' : 'cache-first',
  });
  if (result.error || !result.data) throw result.error ?? new Error('no answer');
  return result.data;
}

/** Acts. Refusals are in the payload's `errors`; faults and lost connections throw `CombinedError`. */
export async function act<TData, TVariables>(
  document: TypedDocumentString<TData, TVariables>,
  variables: TVariables,
): Promise<TData> {
  const result = await client.mutation<TData, AnyVariables>(document.toString(), variables as Variables);
  if (result.error || !result.data) throw result.error ?? new Error('no answer');
  return result.data;
}

/** Whether something is being done, and a way to do it once at a time. */
export function useBusy(): [boolean, (work: () => Promise<void>) => Promise<void>] {
  const [isBusy, setBusy] = useState(false);
  const running = useRef(false);
  const run = useCallback(async (work: () => Promise<void>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    try {
      await work();
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return [isBusy, run];
}

/** Calls `told` with each answer of a subscription while the component lives. It goes on by itself after a broken connection. */
export function useTold<TData, TVariables>(
  document: TypedDocumentString<TData, TVariables>,
  variables: TVariables,
  told: (data: TData) => void,
  pause = false,
): void {
  const latest = useRef(told);
  useEffect(() => {
    latest.current = told;
  });
  const key = JSON.stringify(variables);
  const text = document.toString();
  useEffect(() => {
    if (pause) return undefined;
    const subscription = client.subscription<TData, AnyVariables>(text, JSON.parse(key) as Variables).subscribe((result) => {
      if (result.data) latest.current(result.data);
    });
    return () => subscription.unsubscribe();
  }, [text, key, pause]);
}
