import { describe, expect, it } from 'vitest';
import { differencesBetween, holdsOn, isSame } from './timeline';

const version = (validFrom: string | null, validTo: string | null, attributes: Record<string, unknown>) => ({
  validFrom,
  validTo,
  attributes,
});

describe('differencesBetween', () => {
  it('finds a value that changes from a day on', () => {
    const before = [version(null, null, { name: 'a', kind: '1' })];
    const after = [version(null, '2027-01-01', { name: 'a', kind: '1' }), version('2027-01-01', null, { name: 'b', kind: '1' })];
    expect(differencesBetween(before, after)).toMatchObject([
      { subject: 'ATTRIBUTE', attribute: 'name', before: 'a', after: 'b', validFrom: '2027-01-01', validTo: null },
    ]);
  });

  it('joins neighbouring stretches that say the same', () => {
    const before = [version(null, '2020-01-01', { a: 1, b: 1 }), version('2020-01-01', null, { a: 1, b: 2 })];
    const after = [version(null, '2020-01-01', { a: 9, b: 1 }), version('2020-01-01', null, { a: 9, b: 2 })];
    expect(differencesBetween(before, after)).toMatchObject([{ attribute: 'a', validFrom: null, validTo: null }]);
  });

  it('tells what came, and what ends with its reason', () => {
    expect(differencesBetween([], [version('2020-01-01', null, { a: 1 })])).toMatchObject([
      { subject: 'EXISTENCE', validFrom: '2020-01-01', validTo: null, after: { a: 1 } },
    ]);
    const retired = { ...version(null, '2026-11-21', { a: 1 }), retirement: { reason: 'over', successorCodes: ['2'] } };
    expect(differencesBetween([version(null, null, { a: 1 })], [retired])).toMatchObject([
      { subject: 'EXISTENCE', validFrom: '2026-11-21', after: undefined },
      { subject: 'RETIREMENT', validTo: '2026-11-21', after: { reason: 'over', successors: ['2'] } },
    ]);
  });

  it('finds nothing between timelines that are only cut otherwise', () => {
    const cut = [
      version(null, '2020-01-01', { a: { ru: 'x', en: 'y' } }),
      version('2020-01-01', null, { a: { en: 'y', ru: 'x' } }),
    ];
    expect(differencesBetween([version(null, null, { a: { ru: 'x', en: 'y' } })], cut)).toEqual([]);
  });
});

describe('holdsOn and isSame', () => {
  it('takes the first day in and leaves the last out', () => {
    expect(holdsOn({ validFrom: '2020-01-01', validTo: '2021-01-01' }, '2020-01-01')).toBe(true);
    expect(holdsOn({ validFrom: '2020-01-01', validTo: '2021-01-01' }, '2021-01-01')).toBe(false);
  });

  it('does not mind the order of keys, and takes none for null', () => {
    expect(isSame({ ru: 'a', en: 'b' }, { en: 'b', ru: 'a' })).toBe(true);
    expect(isSame(undefined, null)).toBe(true);
    expect(isSame(['1', '2'], ['2', '1'])).toBe(false);
  });
});
