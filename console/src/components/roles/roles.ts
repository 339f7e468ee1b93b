import type { Role } from '@/api/gql/graphql';

/** Roles in the order in which they are told: those on dictionaries, then those over the service. */
export const ROLES: Role[] = ['READER', 'STEWARD', 'APPROVER', 'OWNER', 'ADMINISTRATOR', 'AUDITOR'];

/** Whether a role is over the service as a whole, and so never on one dictionary. */
export function isOverService(role: Role): boolean {
  return role === 'ADMINISTRATOR' || role === 'AUDITOR';
}
