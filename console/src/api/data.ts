import { fetchAsPerson } from './fetching';

/** An error of the data API, in its own words. */
export class DataError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

interface Answer<T> {
  data?: T;
  errors?: Array<{ message: string; extensions?: { code?: string } }>;
}

/** Asks the typed data API, whose schema the definitions make: the query is put together at run time. Throws `DataError`. */
export async function askData<T>(query: string, variables: Record<string, unknown>, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify({ query, variables }),
  };
  const response = await fetchAsPerson('/graphql/data', signal ? { ...init, signal } : init);
  const answer = (await response.json()) as Answer<T>;
  const error = answer.errors?.[0];
  if (error || !answer.data) throw new DataError(error?.message ?? response.statusText, error?.extensions?.code ?? 'UNKNOWN');
  return answer.data;
}
