import { graphql } from '@/api/gql';
import type { ItemChangeKind, RequestItemsQuery } from '@/api/gql/graphql';

export const REQUEST_ITEMS = graphql(`
  query RequestItems(
    $id: ID!
    $dictionary: ID
    $kind: ItemChangeKind
    $search: String
    $first: Int
    $after: String
    $language: Language!
  ) {
    changeRequest(id: $id) {
      id
      items(dictionary: $dictionary, kind: $kind, search: $search, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          dictionary
          code
          name(language: $language)
          kind
          comment
          changedAt
          isStale
          changedBy {
            name
            displayName
          }
          differences {
            ...SaidDifference
          }
        }
      }
    }
  }
`);

export const REQUEST_DEFINITIONS = graphql(`
  query RequestDefinitions($id: ID!) {
    changeRequest(id: $id) {
      id
      dictionaries {
        dictionaryCode
        definitionChanged
        definitionChanges {
          path
          before
          after
        }
        dictionary {
          code
        }
      }
    }
  }
`);

export const REQUEST_DISCARD = graphql(`
  mutation RequestDiscard($input: DiscardItemChangeInput!) {
    discardItemChange(input: $input) {
      changeRequest {
        id
        revision
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

/** What the request does to one item. */
export type ItemChange = NonNullable<RequestItemsQuery['changeRequest']>['items']['nodes'][number];

/** What can happen to an item in a request. */
export const KINDS: ItemChangeKind[] = ['ADDED', 'CHANGED', 'RETIRED', 'ANNULLED', 'RESTORED'];
