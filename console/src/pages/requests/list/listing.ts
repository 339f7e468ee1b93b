import { graphql } from '@/api/gql';
import type { ChangeRequestFilter, ChangeRequestState, RequestListQuery } from '@/api/gql/graphql';

export const REQUEST_LIST = graphql(`
  query RequestList($filter: ChangeRequestFilter, $first: Int, $after: String) {
    changeRequests(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        title
        state
        origin
        updatedAt
        scheduledAt
        authors {
          name
          displayName
        }
        dictionaries {
          dictionaryCode
          dictionary {
            name {
              ru
              en
            }
          }
        }
        stages {
          dictionary
          position
          name {
            ru
            en
          }
          role
          isOpen
          missing
        }
        publication {
          number
        }
      }
    }
  }
`);

/** A request as the list shows it. */
export type ListedRequest = NonNullable<RequestListQuery['changeRequests']>['nodes'][number];

/** The ready-made looks at the list, in the order of the tabs. */
export const VIEWS = ['open', 'review', 'mine', 'done', 'all'] as const;
export type View = (typeof VIEWS)[number];

const STATES: Record<View, ChangeRequestState[] | null> = {
  open: ['DRAFT', 'RETURNED', 'IN_REVIEW', 'APPROVED', 'SCHEDULED'],
  review: null,
  mine: null,
  done: ['PUBLISHED', 'REJECTED', 'WITHDRAWN'],
  all: null,
};

/** All states of a request, in the order of its life. */
export const ALL_STATES: ChangeRequestState[] = [...(STATES.open ?? []), ...(STATES.done ?? [])];

/** What the list is narrowed to; blank: not at all. */
export interface Wanted {
  view: View;
  state: string;
  dictionary: string;
  author: string;
  /** Of the title, the number or the authors' names. */
  words: string;
}

export function filterOf({ view, state, dictionary, author, words }: Wanted): ChangeRequestFilter {
  const filter: ChangeRequestFilter = { mine: view === 'mine', toReview: view === 'review' };
  const chosen = ALL_STATES.find((each) => each === state);
  const states = chosen ? [chosen] : STATES[view];
  if (states) filter.states = states;
  if (dictionary) filter.dictionary = dictionary;
  if (author) filter.author = author;
  if (words.trim()) filter.search = words;
  return filter;
}
