import type { Page } from '@playwright/test';
import { askServer, signIn, type Server } from './server';

/** A change of an item, as `ItemEditInput` takes it. */
export type Edit = Record<string, Record<string, unknown>>;

interface Acted {
  act: { changeRequest: { id: string; revision: number } };
}

const RETURNED = '{ changeRequest { id revision } errors { code message path } }';

/** Publishes changes as people do: maria writes and submits, anna approves and publishes. Gives the number of the publication. */
export async function publish(
  page: Page,
  server: Server,
  said: { title: string; basis?: Record<string, string>; edits: Edit[] },
): Promise<number> {
  const act = async (name: string, type: string, input: Record<string, unknown>) => {
    const query = `mutation($input: ${type}!) { act: ${name}(input: $input) ${RETURNED} }`;
    const { changeRequest } = (await askServer<Acted>(page.request, server, query, { input })).act;
    return { changeRequest: changeRequest.id, revision: changeRequest.revision };
  };
  await signIn(page, server, 'maria');
  let at = await act('createChangeRequest', 'CreateChangeRequestInput', { title: said.title, basis: said.basis ?? null });
  at = await act('editItems', 'EditItemsInput', { ...at, edits: said.edits });
  at = await act('submitChangeRequest', 'ChangeRequestInput', at);
  await signIn(page, server, 'anna');
  at = await act('approveChangeRequest', 'ApproveChangeRequestInput', { ...at, comment: 'Сверено с приказом' });
  const query =
    'mutation($input: ChangeRequestInput!) { publishChangeRequest(input: $input) { publication { number } errors { message } } }';
  const published = await askServer<{ publishChangeRequest: { publication: { number: number } } }>(page.request, server, query, {
    input: at,
  });
  return published.publishChangeRequest.publication.number;
}
