import { hasRole, type Me } from '@/api/roles';
import type { Check, Request } from './reading';

/** What can be done to a request as a whole, in the order in which it is offered. */
export const ACTIONS = [
  'approve',
  'submit',
  'publish',
  'schedule',
  'return',
  'reject',
  'unschedule',
  'reopen',
  'withdraw',
] as const;

export type Action = (typeof ACTIONS)[number];

/** One key each, by its place on the keyboard, so that it is the same in the Russian layout. */
export const KEYS: Record<Action, string> = {
  approve: 'A',
  submit: 'S',
  publish: 'P',
  schedule: 'T',
  return: 'R',
  reject: 'X',
  unschedule: 'U',
  reopen: 'O',
  withdraw: 'W',
};

/** Whether somebody may draft in a request: its creator, or a steward of all that it touches. */
export function mayEdit(request: Request, me: Me | null | undefined): boolean {
  return ['DRAFT', 'RETURNED'].includes(request.state) && isSteward(request, me);
}

function isSteward(request: Request, me: Me | null | undefined): boolean {
  const touched = request.dictionaries.map(({ dictionaryCode }) => dictionaryCode);
  if (me && me.account.name === request.author?.name && hasRole(me, ['STEWARD'])) return true;
  return touched.length > 0 ? touched.every((code) => hasRole(me, ['STEWARD'], code)) : hasRole(me, ['STEWARD']);
}

/** What somebody can do now; the server decides in any case, and says why not. */
export function actionsOf(request: Request, check: Check | undefined, me: Me | null | undefined): Action[] {
  const touched = request.dictionaries.map(({ dictionaryCode }) => dictionaryCode);
  const isAuthor = isSteward(request, me);
  const isReviewer = touched.some((code) => hasRole(me, ['APPROVER'], code));
  const isReleaser = touched.every((code) => hasRole(me, ['STEWARD', 'APPROVER'], code)) && hasRole(me, ['STEWARD', 'APPROVER']);
  const hasContent = touched.length > 0;
  const can: Action[] = [];
  // What others published since would refuse it: it goes back first.
  const isBroken = check?.validation?.isValid === false;
  switch (request.state) {
    case 'DRAFT':
    case 'RETURNED':
      if (isAuthor && hasContent && check?.validation?.isValid !== false) can.push('submit');
      if (isAuthor) can.push('withdraw');
      break;
    case 'IN_REVIEW':
      if (request.canApprove.allowed) can.push('approve');
      if (isReviewer) can.push('return', 'reject');
      if (isAuthor) can.push('reopen', 'withdraw');
      break;
    case 'APPROVED':
      if (isBroken && isAuthor) can.push('reopen');
      if (isReleaser && !isBroken) can.push('publish', 'schedule');
      if (isReviewer) can.push('return', 'reject');
      if (isAuthor && !isBroken) can.push('reopen');
      if (isAuthor) can.push('withdraw');
      break;
    case 'SCHEDULED':
      if (isBroken && isAuthor) can.push('reopen');
      if (isReleaser && !isBroken) can.push('publish', 'schedule');
      if (isReleaser) can.push('unschedule');
      if (isReviewer) can.push('return', 'reject');
      if (isAuthor && !isBroken) can.push('reopen');
      if (isAuthor) can.push('withdraw');
      break;
    default:
      break;
  }
  return can;
}
