import { graphql } from '@/api/gql';
import type { EditingItemsQuery } from '@/api/gql/graphql';
import { ask } from '@/api/asking';
import type { Refusal } from '@/api/refusals';

const ITEMS = graphql(`
  query EditingItems($id: ID!, $after: String) {
    changeRequest(id: $id) {
      id
      revision
      validation {
        violations {
          path
          code
          message
          ruleMessage {
            ru
            en
          }
        }
      }
      items(first: 200, after: $after) {
        nodes {
          dictionary
          code
          kind
          comment
          before {
            validFrom
            validTo
            parentCode
            attributes
          }
          after {
            validFrom
            validTo
            parentCode
            attributes
            retirement {
              reason
              successorCodes
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

type Asked = NonNullable<EditingItemsQuery['changeRequest']>;
export type ChangedItem = Asked['items']['nodes'][number];
export type Version = ChangedItem['after'][number];

/** Of a request with more changes than these, the rest is not laid over the grid; its list of changes has them all. */
const ITEMS_MAX = 2000;

/** What a request says of the items of one dictionary, and what is wrong with them. */
export interface RequestItems {
  revision: number;
  items: Map<string, ChangedItem>;
  /** By item, then attribute; `''` for what is about the whole item. */
  violations: Map<string, Map<string, Refusal>>;
  /** The request has more items than were read. */
  isCut: boolean;
}

export async function loadRequestItems(id: string, dictionary: string): Promise<RequestItems> {
  const items = new Map<string, ChangedItem>();
  let after: string | null = null;
  let read = 0;
  for (;;) {
    const answer: EditingItemsQuery = await ask(ITEMS, { id, after }, true);
    const request: Asked | null | undefined = answer.changeRequest;
    if (!request) throw new Error('NOT_FOUND');
    for (const item of request.items.nodes) if (item.dictionary === dictionary) items.set(item.code, item);
    read += request.items.nodes.length;
    const { hasNextPage, endCursor }: Asked['items']['pageInfo'] = request.items.pageInfo;
    const isCut = hasNextPage && read >= ITEMS_MAX;
    if (!hasNextPage || isCut) {
      return { revision: request.revision, items, violations: violationsOf(request, dictionary), isCut };
    }
    after = endCursor ?? null;
  }
}

function violationsOf(request: Asked, dictionary: string): RequestItems['violations'] {
  const all: RequestItems['violations'] = new Map();
  for (const violation of request.validation?.violations ?? []) {
    const [of, item, attribute = ''] = violation.path;
    if (of !== dictionary || !item) continue;
    const ofItem = all.get(item) ?? new Map<string, Refusal>();
    ofItem.set(attribute, violation);
    all.set(item, ofItem);
  }
  return all;
}
