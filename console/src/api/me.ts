import { graphql } from './gql';
import { useAsk } from './asking';
import type { Me } from './roles';

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

export { hasRole, type Me } from './roles';

/** Who looks at the page: `undefined` while that is not known, `null` for somebody without an account. */
export function useMe(): Me | null | undefined {
  const { data } = useAsk(ME, {}, { types: ['Session', 'Account'] });
  return data?.me;
}
