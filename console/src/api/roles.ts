import type { MeQuery, Role } from './gql/graphql';

/** Somebody with an account, and what they may do. */
export type Me = NonNullable<MeQuery['me']>;

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
