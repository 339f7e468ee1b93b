import { describe, expect, it } from 'vitest';
import { blameOf } from './blame';
import type { HistoryVersion } from './reading';
import { standingOf } from './standing';

const publication = (number: number) => ({
  number,
  publishedAt: '2026-11-25T12:00:00Z',
  title: '',
  basis: null,
  changeRequest: null,
});

function row(
  from: string | null,
  to: string | null,
  first: number,
  until: number | null,
  name: string,
  address: string,
): HistoryVersion {
  return {
    validFrom: from,
    validTo: to,
    name,
    parentCode: null,
    attributes: { name, address },
    retirement: null,
    publication: publication(first),
    supersededIn: until === null ? null : publication(until),
  };
}

const HISTORY = [
  row(null, null, 1, 2, 'a', 'x'),
  row(null, '2027-01-01', 2, 3, 'a', 'x'),
  row('2027-01-01', null, 2, 3, 'b', 'x'),
  row(null, '2027-01-01', 3, null, 'a', 'y'),
  row('2027-01-01', null, 3, null, 'b', 'y'),
];

describe('blameOf', () => {
  it('goes back as long as the same was said of the day', () => {
    const [, , , now, later] = HISTORY;
    if (!now || !later) throw new Error('no versions');
    expect(blameOf(HISTORY, now, '2026-11-25').get('name')?.number).toBe(1);
    expect(blameOf(HISTORY, now, '2026-11-25').get('address')?.number).toBe(3);
    expect(blameOf(HISTORY, later, '2027-02-01').get('name')?.number).toBe(2);
  });
});

const at = (validOn: string, number: number | null) => ({ validOn, publication: number, isNow: false });

describe('standingOf', () => {
  it('tells what holds at a point of both times', () => {
    expect(standingOf(HISTORY, at('2027-02-01', 1))).toMatchObject({ kind: 'VALID', version: { name: 'a' } });
    expect(standingOf(HISTORY, at('2027-02-01', 2))).toMatchObject({ kind: 'VALID', version: { name: 'b' }, until: null });
  });

  it('tells the end, the beginning, the mistake and what is not known yet', () => {
    const ended = [row('2020-01-01', '2021-01-01', 4, null, 'a', 'x')];
    expect(standingOf(ended, at('2022-01-01', null))).toMatchObject({ kind: 'ENDED', on: '2021-01-01' });
    expect(standingOf(ended, at('2019-01-01', null))).toMatchObject({ kind: 'NOT_YET', from: '2020-01-01' });
    expect(standingOf(ended, at('2020-01-01', 3))).toMatchObject({ kind: 'UNKNOWN', publication: 4 });
    expect(standingOf([row(null, null, 4, 5, 'a', 'x')], at('2020-01-01', null))).toMatchObject({ kind: 'ANNULLED' });
    expect(standingOf([], at('2020-01-01', null))).toBeUndefined();
  });
});
