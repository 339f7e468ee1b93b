import { request as requests, type APIRequestContext } from '@playwright/test';
import type { PersonName } from './places';
import { askServer, passwordOf, type Server } from './server';

/** Somebody who works by the API, to put requests into the state that a test begins with. */
export interface Worker {
  /** Creates a draft and gives its number. */
  draft: (title: string, edits?: unknown[], more?: Record<string, unknown>) => Promise<string>;
  edit: (id: string, edits: unknown[]) => Promise<void>;
  /** `submit`, `approve`, `publish`, … at the newest revision. */
  act: (verb: Verb, id: string, more?: Record<string, unknown>) => Promise<void>;
  comment: (id: string, text: string) => Promise<void>;
}

const INPUTS = {
  submit: 'ChangeRequestInput',
  publish: 'ChangeRequestInput',
  approve: 'ApproveChangeRequestInput',
  return: 'DecideChangeRequestInput',
} as const;

type Verb = keyof typeof INPUTS;

/** Signs somebody in apart from any page. */
export async function worker(server: Server, name: PersonName): Promise<Worker> {
  const api = await requests.newContext();
  const signIn =
    'mutation($name: String!, $password: String!) { signIn(input: { name: $name, password: $password }) { errors { message } } }';
  await askServer(api, server, signIn, { name, password: passwordOf(name) });
  return workerBy(api, server);
}

function workerBy(api: APIRequestContext, server: Server): Worker {
  const revisionOf = async (id: string): Promise<number> => {
    const found = await askServer<{ changeRequest: { revision: number } }>(
      api,
      server,
      'query($id: ID!) { changeRequest(id: $id) { revision } }',
      { id },
    );
    return found.changeRequest.revision;
  };
  const edit = async (id: string, edits: unknown[]) => {
    const input = { changeRequest: id, revision: await revisionOf(id), edits };
    await askServer(
      api,
      server,
      'mutation($input: EditItemsInput!) { editItems(input: $input) { errors { path code message } } }',
      {
        input,
      },
    );
  };
  return {
    edit,
    draft: async (title, edits = [], more = {}) => {
      const made = await askServer<{ createChangeRequest: { changeRequest: { id: string } } }>(
        api,
        server,
        'mutation($input: CreateChangeRequestInput!) { createChangeRequest(input: $input) { changeRequest { id } errors { code message } } }',
        { input: { title, ...more } },
      );
      const { id } = made.createChangeRequest.changeRequest;
      if (edits.length > 0) await edit(id, edits);
      return id;
    },
    act: async (verb, id, more = {}) => {
      const query = `mutation($input: ${INPUTS[verb]}!) { ${verb}ChangeRequest(input: $input) { errors { path code message } } }`;
      await askServer(api, server, query, { input: { changeRequest: id, revision: await revisionOf(id), ...more } });
    },
    comment: async (id, text) => {
      const query = 'mutation($input: CommentChangeRequestInput!) { commentChangeRequest(input: $input) { errors { message } } }';
      await askServer(api, server, query, { input: { changeRequest: id, text } });
    },
  };
}

/** Offices of the shipped dictionary that tests change, each test others, so that none meets another's changes. */
export const OFFICES = {
  novgorod: '344551384',
  pskov: '344551703',
  moscow: '344549213',
} as const;

/** An edit of an office from today on. */
export function office(code: string, attributes: Record<string, unknown>): unknown {
  return { update: { dictionary: 'offices', code, attributes } };
}
