import { graphql } from '@/api/gql';
import type { ListedAccountFragment } from '@/api/gql/graphql';

/** What the list shows of an account. */
export const LISTED = graphql(`
  fragment ListedAccount on Account {
    name
    displayName
    kind
    createdAt
    disabledAt
    roles {
      role
      dictionary
    }
  }
`);

/** An account as the list shows it. */
export type ListedAccount = ListedAccountFragment;

/** What can be added. */
export type Kind = 'PERSON' | 'SYSTEM';

/** By what the list can be narrowed. */
export const FILTERS = ['all', 'people', 'systems', 'disabled'] as const;

/** One of these. */
export type Filter = (typeof FILTERS)[number];

function isOf(account: ListedAccount, filter: Filter): boolean {
  if (filter === 'disabled') return Boolean(account.disabledAt);
  if (filter === 'people') return account.kind === 'PERSON' || account.kind === 'DEMO';
  return filter === 'all' || account.kind === 'SYSTEM';
}

/** The accounts with all the words in their names; active ones first, by what they are called. */
export function found(accounts: ListedAccount[], text: string, filter: Filter): ListedAccount[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return accounts
    .filter((account) => isOf(account, filter))
    .filter(({ name, displayName }) => words.every((word) => `${name} ${displayName}`.toLowerCase().includes(word)))
    .toSorted((one, other) => {
      const rank = Number(Boolean(one.disabledAt)) - Number(Boolean(other.disabledAt));
      return rank || one.displayName.localeCompare(other.displayName, 'ru');
    });
}
