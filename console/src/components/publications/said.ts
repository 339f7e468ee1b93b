import type { PublicationSaidFragment } from '@/api/gql/graphql';
import { graphql } from '@/api/gql';
import type { Person } from '@/ui/Face';

/** What is shown of a publication wherever it is named: when, on what basis, by whom. */
export const PUBLICATION_SAID = graphql(`
  fragment PublicationSaid on Publication {
    number
    publishedAt
    title
    basis {
      kind
      number
      date
      title
      link
    }
    changeRequest {
      id
      round
      author {
        name
        displayName
      }
      authors {
        name
        displayName
      }
      reviews {
        account {
          name
          displayName
        }
        decision
        round
        at
      }
    }
  }
`);

export type PublicationSaid = PublicationSaidFragment;

/** Who wrote what a publication made known; nobody where that may not be seen. */
export function authorsOf({ changeRequest }: PublicationSaid): Person[] {
  if (!changeRequest) return [];
  if (changeRequest.authors.length > 0) return changeRequest.authors;
  return changeRequest.author ? [changeRequest.author] : [];
}

/** An approval that counted. */
export interface Approval {
  person: Person | null;
  at: string;
}

/** Who approved it, in order; approvals of earlier rounds did not count. */
export function approvalsOf({ changeRequest }: PublicationSaid): Approval[] {
  if (!changeRequest) return [];
  return changeRequest.reviews
    .filter(({ decision, round }) => decision === 'APPROVE' && round === changeRequest.round)
    .map(({ account, at }) => ({ person: account ?? null, at }));
}
