import { graphql } from '@/api/gql';
import type { ItemChangeKind, RequestItemsQuery } from '@/api/gql/graphql';

export const REQUEST_ITEMS = graphql(`
  query RequestItems($id: ID!, $first: Int, $after: String, $language: Language!) {
    changeRequest(id: $id) {
      id
      items(first: $first, after: $after) {
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
            validFrom
            validTo
            subject
            attribute
            before
            after
            beforeNames(language: $language) {
              code
              name
            }
            afterNames(language: $language) {
              code
              name
            }
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

/** Whether a change has all the words in its code, its name, its comment or what it says. */
export function hasWords(change: ItemChange, words: string): boolean {
  const said = change.differences.map(({ before, after }) => `${JSON.stringify(before)} ${JSON.stringify(after)}`);
  const text = [change.code, change.name ?? '', change.comment, ...said].join(' ').toLowerCase().replaceAll('ё', 'е');
  return words
    .toLowerCase()
    .replaceAll('ё', 'е')
    .split(/\s+/)
    .every((word) => text.includes(word));
}
