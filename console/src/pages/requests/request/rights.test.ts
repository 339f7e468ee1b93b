import { expect, test } from 'vitest';
import type { ChangeRequestState, Role } from '@/api/gql/graphql';
import type { Refusal } from '@/api/refusals';
import type { Me } from '@/api/roles';
import type { Check, Request } from './reading';
import { actionsOf, mayEdit } from './rights';
import { streamOf } from './talk/stream';
import { byItem } from './violations';

const maria = { name: 'maria', displayName: 'Мария Стрельцова' };

function request(state: ChangeRequestState, more: Partial<Request> = {}): Request {
  return {
    id: '7',
    revision: 3,
    state,
    title: 'Адреса',
    description: '',
    origin: 'STEWARD',
    round: 1,
    createdAt: '2026-11-01T09:00:00.000Z',
    updatedAt: '2026-11-01T09:00:00.000Z',
    basePublication: 1,
    author: maria,
    authors: [maria],
    dictionaries: [{ dictionaryCode: 'offices', definitionChanged: false, itemsCount: 2 }],
    stages: [],
    canApprove: { allowed: false, code: 'FORBIDDEN', reason: '' },
    reviews: [],
    comments: { totalCount: 0 },
    ...more,
  };
}

function person(name: string, ...roles: Role[]): Me {
  return {
    account: { name, displayName: name, kind: 'PERSON' },
    roles: roles.map((role) => ({ role, dictionary: null })),
    scopes: [],
  };
}

function check(isValid: boolean): Check {
  const validation = { isValid, total: isValid ? 0 : 1, judgedAgainst: 1, violations: [], counts: [] };
  return { id: '7', revision: 3, validation, conflicts: [] };
}

function required(item: string, attribute: string): Refusal {
  return { path: ['offices', item, attribute], code: 'REQUIRED', message: '' };
}

test('an author sends a draft that is valid, and gives one up that is not', () => {
  const author = person('maria', 'STEWARD');
  expect(actionsOf(request('DRAFT'), check(true), author)).toEqual(['submit', 'withdraw']);
  expect(actionsOf(request('DRAFT'), check(false), author)).toEqual(['withdraw']);
  expect(actionsOf(request('DRAFT', { dictionaries: [] }), check(true), author)).toEqual(['withdraw']);
});

test('an approver decides, and approves only where it counts', () => {
  const anna = person('anna', 'APPROVER');
  const allowed = { canApprove: { allowed: true, code: null, reason: null } };
  expect(actionsOf(request('IN_REVIEW', allowed), check(true), anna)).toEqual(['approve', 'return', 'reject']);
  expect(actionsOf(request('IN_REVIEW'), check(true), anna)).toEqual(['return', 'reject']);
  expect(actionsOf(request('IN_REVIEW'), check(true), person('lev', 'READER'))).toEqual([]);
});

test('what could not go out is taken back first, and not published', () => {
  const steward = person('maria', 'STEWARD');
  expect(actionsOf(request('APPROVED'), check(true), steward)).toEqual(['publish', 'schedule', 'reopen', 'withdraw']);
  expect(actionsOf(request('APPROVED'), check(false), steward)).toEqual(['reopen', 'withdraw']);
  expect(actionsOf(request('SCHEDULED'), check(false), steward)).toEqual(['reopen', 'unschedule', 'withdraw']);
  expect(actionsOf(request('PUBLISHED'), undefined, steward)).toEqual([]);
});

test('a draft is edited by its author and by stewards of all that it touches', () => {
  expect(mayEdit(request('DRAFT'), person('boris', 'STEWARD'))).toBe(true);
  expect(mayEdit(request('IN_REVIEW'), person('boris', 'STEWARD'))).toBe(false);
  expect(mayEdit(request('DRAFT'), person('anna', 'APPROVER'))).toBe(false);
  const elsewhere: Me = { ...person('boris'), roles: [{ role: 'STEWARD', dictionary: 'regions' }] };
  expect(mayEdit(request('DRAFT'), elsewhere)).toBe(false);
});

test('comments and decisions are one stream, oldest first', () => {
  const review = { account: maria, decision: 'RETURN' as const, comment: 'нет', round: 1, at: '2026-11-03T09:00:00.000Z' };
  const said = { id: '1', account: maria, dictionary: null, code: null, text: 'вот', at: '2026-11-04T09:00:00.000Z' };
  const submittedAt = '2026-11-02T09:00:00.000Z';
  const stream = streamOf(request('RETURNED', { reviews: [review], submittedAt }), [said]);
  expect(stream.map((entry) => entry.event ?? entry.decision ?? entry.text)).toEqual(['created', 'submitted', 'RETURN', 'вот']);
});

test('violations of one item stand together', () => {
  const groups = byItem([required('1', 'name'), required('2', 'name'), required('1', 'region')]);
  expect(groups.map(({ place, violations }) => [place.item, violations.length])).toEqual([
    ['1', 2],
    ['2', 1],
  ]);
});
