import { graphql } from '@/api/gql';
import type { ItemEditInput } from '@/api/gql/graphql';
import { act } from '@/api/asking';
import type { Saved } from './sendable';

const EDIT_ITEMS = graphql(`
  mutation EditItems($input: EditItemsInput!) {
    editItems(input: $input) {
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

export async function saveEdits(request: string, revision: number, edits: ItemEditInput[]): Promise<Saved> {
  const { editItems } = await act(EDIT_ITEMS, { input: { changeRequest: request, revision, edits } });
  return { revision: editItems.changeRequest?.revision, refusals: editItems.errors };
}
