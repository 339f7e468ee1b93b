import type { CombinedError } from 'urql';

/** Why the service did not do what was asked: `UserError` of the API. */
export interface Refusal {
  path: string[];
  code: string;
  message: string;
  /** What the definition of the dictionary says, when it is its own rule that is broken. */
  ruleMessage?: { ru: string; en?: string | null } | null;
}

/** What a thrown error comes to, as refusals: the service's own, or that there is no connection. */
export function refusalsOf(error: unknown): Refusal[] {
  const combined = error as Partial<CombinedError> | undefined;
  if (combined?.networkError) return [{ path: [], code: 'NO_CONNECTION', message: combined.networkError.message }];
  if (combined?.graphQLErrors?.length) {
    return combined.graphQLErrors.map((each) => ({
      path: [],
      code: String(each.extensions?.['code'] ?? 'INTERNAL'),
      message: each.message,
    }));
  }
  if (error instanceof Error) {
    const code = 'code' in error ? String(error.code) : 'UNKNOWN';
    return [{ path: [], code, message: error.message }];
  }
  return error ? [{ path: [], code: 'UNKNOWN', message: String(error) }] : [];
}
