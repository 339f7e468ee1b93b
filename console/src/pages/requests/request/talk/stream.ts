import { graphql } from '@/api/gql';
import type { Decision, RequestCommentsQuery } from '@/api/gql/graphql';
import type { Person } from '@/ui/Face';
import type { Request } from '../reading';

export const REQUEST_COMMENTS = graphql(`
  query RequestComments($id: ID!, $first: Int, $after: String) {
    changeRequest(id: $id) {
      id
      comments(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          account {
            name
            displayName
          }
          dictionary
          code
          text
          at
        }
      }
    }
  }
`);

/** A comment as it was read. */
export type Said = NonNullable<RequestCommentsQuery['changeRequest']>['comments']['nodes'][number];

/** One thing in the stream. */
export interface Entry {
  key: string;
  at: string;
  person: Person | null;
  text: string;
  decision?: Decision;
  event?: 'created' | 'submitted' | 'published';
  item?: { dictionary: string; code: string };
}

/** Comments, decisions and what happened to the request, oldest first. */
export function streamOf(request: Request, comments: Said[]): Entry[] {
  const entries: Entry[] = [
    { key: 'created', at: request.createdAt, person: request.author ?? null, text: '', event: 'created' },
    ...comments.map(({ id, at, account, text, dictionary, code }) => ({
      key: `comment ${id}`,
      at,
      person: account ?? null,
      text,
      ...(dictionary && code ? { item: { dictionary, code } } : {}),
    })),
    ...request.reviews.map(({ account, at, comment, decision }) => ({
      key: `review ${at} ${account?.name ?? ''} ${decision}`,
      at,
      person: account ?? null,
      text: comment,
      decision,
    })),
  ];
  if (request.submittedAt) {
    entries.push({ key: 'submitted', at: request.submittedAt, person: request.author ?? null, text: '', event: 'submitted' });
  }
  if (request.publication) {
    entries.push({ key: 'published', at: request.publication.publishedAt, person: null, text: '', event: 'published' });
  }
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
