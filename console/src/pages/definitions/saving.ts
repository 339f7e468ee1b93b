import { act, ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { BasisInput } from '@/api/gql/graphql';
import type { Refusal } from '@/api/refusals';
import { tidy, type Definition } from '@/components/definition/definition';
import { isSame } from '@/components/definition/differences';
import { definitionOf } from './reading';

const CREATE = graphql(`
  mutation DefinitionRequestCreate($input: CreateChangeRequestInput!) {
    createChangeRequest(input: $input) {
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

const DEFINE = graphql(`
  mutation DefinitionSave($input: DefineDictionaryInput!) {
    defineDictionary(input: $input) {
      changeRequest {
        id
        revision
        dictionaries {
          dictionaryCode
          definition
        }
      }
      errors {
        path
        code
        message
      }
    }
  }
`);

const VALIDATION = graphql(`
  query DefinitionValidation($id: ID!) {
    changeRequest(id: $id) {
      validation {
        isValid
        total
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
    }
  }
`);

/** A request that a definition is saved into. */
export interface Target {
  id: string;
  revision: number;
}

/** What came of saving. */
export interface Saved {
  target: Target | undefined;
  refusals: Refusal[];
  /** The definition that somebody else saved into the request meanwhile. */
  theirs?: Definition;
}

/** Makes the request that a definition is to be saved into. */
export async function createTarget(title: string, description: string, basis: BasisInput | null): Promise<Saved> {
  const { createChangeRequest } = await act(CREATE, { input: { title, description, basis } });
  return { target: createChangeRequest.changeRequest ?? undefined, refusals: createChangeRequest.errors };
}

/**
 * Saves a definition into a request. A request that somebody else changed meanwhile, but not its definition of this dictionary, is
 * taken as it is now; where they changed that, theirs is given back, and the person decides.
 */
export async function saveDefinition(target: Target, definition: Definition, start: Definition | null): Promise<Saved> {
  const send = async ({ id, revision }: Target) => {
    const input = { changeRequest: id, revision, definition: tidy(definition) };
    return (await act(DEFINE, { input })).defineDictionary;
  };
  let answer = await send(target);
  const isStale = answer.errors.some(({ code }) => code === 'STALE_REVISION');
  const now = answer.changeRequest;
  if (isStale && now) {
    const json = now.dictionaries.find((each) => each.dictionaryCode === definition.code)?.definition;
    const theirs = definitionOf(json);
    const isTheirsNew = theirs !== null && !(start && isSame(tidy(theirs), tidy(start)));
    if (isTheirsNew) return { target: now, refusals: [], theirs };
    answer = await send({ id: now.id, revision: now.revision });
  }
  return { target: answer.changeRequest ?? target, refusals: answer.errors };
}

/** How the published items fit what was saved. */
export interface Fit {
  total: number;
  example: Refusal | undefined;
}

/** Asks how the published items fit a request as it is now. */
export async function fitOf(id: string): Promise<Fit | undefined> {
  const { changeRequest } = await ask(VALIDATION, { id }, true);
  const validation = changeRequest?.validation;
  return validation ? { total: validation.total, example: validation.violations[0] } : undefined;
}
