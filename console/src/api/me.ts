import { graphql } from './gql';
import type { MeQuery, Role } from './gql/graphql';
import { useAsk } from './asking';

const ME = graphql(`
  query Me {
    me {
      account {
        name
        displayName
        kind
      }
      roles {
        role
        dictionary
      }
      scopes
    }
  }
`);

export type Me = NonNullable<MeQuery['me']>;

/** Who looks at the page: `undefined` while that is not known, `null` for somebody without an account. */
export function useMe(): Me | null | undefined {
  const { data } = useAsk(ME, {}, { types: ['Session', 'Account'] });
  return data?.me;
}

/** Whether somebody has one of some roles: on a dictionary where one is named, on any otherwise. An owner can all but administer. */
export function hasRole(me: Me | null | undefined, roles: Role[], dictionary?: string): boolean {
  if (!me) return false;
  const ownable = roles.some((role) => role !== 'ADMINISTRATOR' && role !== 'AUDITOR');
  return me.roles.some(
    (grant) =>
      (roles.includes(grant.role) || (ownable && grant.role === 'OWNER')) &&
      (dictionary === undefined || grant.dictionary === null || grant.dictionary === dictionary),
  );
}
