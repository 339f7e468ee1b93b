import { graphql } from '@/api/gql';
import type { Scope, TokenListFragment } from '@/api/gql/graphql';

/** What a list of tokens shows. */
export const TOKEN_LIST = graphql(`
  fragment TokenList on Token {
    id
    title
    scopes
    dictionaries
    createdAt
    expiresAt
    lastUsedAt
    revokedAt
  }
`);

/** A token without its secret. */
export type ListedToken = TokenListFragment;

/** What a token can be allowed, from the least on. */
export const SCOPES: Scope[] = ['READ', 'PROPOSE', 'REVIEW', 'PUBLISH', 'ADMINISTER'];

/** Whether a token is good at an instant. */
export function stateOf(token: ListedToken, now: Date): 'GOOD' | 'EXPIRED' | 'REVOKED' {
  if (token.revokedAt) return 'REVOKED';
  return token.expiresAt && new Date(token.expiresAt) <= now ? 'EXPIRED' : 'GOOD';
}
