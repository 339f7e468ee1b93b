import { useCallback, useEffect, useState } from 'react';
import { ask } from '@/api/asking';
import { graphql } from '@/api/gql';
import type { DefinitionStartQuery } from '@/api/gql/graphql';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { readDefinition } from '@/components/definition/shape';
import type { Definition } from '@/components/definition/definition';

const START = graphql(`
  query DefinitionStart($code: ID!, $request: ID!, $hasRequest: Boolean!) {
    dictionary(code: $code) {
      name {
        ru
        en
      }
      definition
    }
    dictionaries(first: 200) {
      nodes {
        code
        name {
          ru
          en
        }
      }
    }
    changeRequest(id: $request) @include(if: $hasRequest) {
      ...DefinitionDraft
    }
    here: changeRequests(filter: { states: [DRAFT, RETURNED], dictionary: $code }, first: 50) {
      nodes {
        ...DefinitionDraft
      }
    }
    mine: changeRequests(filter: { states: [DRAFT, RETURNED], mine: true }, first: 50) {
      nodes {
        ...DefinitionDraft
      }
    }
  }

  fragment DefinitionDraft on ChangeRequest {
    id
    title
    state
    revision
    author {
      name
      displayName
    }
    dictionaries {
      dictionaryCode
      definition
    }
  }
`);

export type Found = DefinitionStartQuery;
export type RequestFound = NonNullable<NonNullable<Found['mine']>['nodes'][number]>;

/** What came of asking. */
interface Answer {
  found: Found | undefined;
  refusals: Refusal[];
}

/** What the editor begins with: asked once and not again while somebody edits, so that nothing changes under their hands. */
export function useStart(code: string, request: string): Answer & { again: () => void } {
  const [turn, setTurn] = useState(0);
  const [answer, setAnswer] = useState<Answer & { to: string }>();
  const asked = `${code} ${request} ${turn}`;
  useEffect(() => {
    let isWanted = true;
    const tell = (next: Answer) => isWanted && setAnswer({ ...next, to: `${code} ${request} ${turn}` });
    ask(START, { code, request: request || '0', hasRequest: request !== '' }, true).then(
      (found) => tell({ found, refusals: [] }),
      (error: unknown) => tell({ found: undefined, refusals: refusalsOf(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [code, request, turn]);
  const again = useCallback(() => setTurn((now) => now + 1), []);
  if (answer?.to !== asked) return { found: undefined, refusals: [], again };
  return { found: answer.found, refusals: answer.refusals, again };
}

/** The definition that a request gives a dictionary; null where it gives none. */
export function definitionIn(request: RequestFound | null | undefined, code: string): Definition | null {
  const json = request?.dictionaries.find((each) => each.dictionaryCode === code)?.definition;
  return definitionOf(json);
}

/** JSON of the API as a definition. */
export function definitionOf(json: unknown): Definition | null {
  if (json === null || json === undefined) return null;
  const read = readDefinition(json);
  return 'definition' in read ? read.definition : null;
}

/** Whether a request can still be edited. */
export function isOpen(request: RequestFound): boolean {
  return request.state === 'DRAFT' || request.state === 'RETURNED';
}
