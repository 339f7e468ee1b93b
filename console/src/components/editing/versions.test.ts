import { expect, test } from 'vitest';
import { overlapping, versionOn } from './versions';

const span = (key: number, from: string | null, until: string | null) => ({ key, from, until });

test('intervals that meet are named, those that touch are not', () => {
  expect(overlapping([span(1, null, '2020-01-01'), span(2, '2020-01-01', null)])).toEqual(new Set());
  expect(overlapping([span(2, '2019-06-01', null), span(1, null, '2020-01-01')])).toEqual(new Set([1]));
  expect(overlapping([span(1, null, null), span(2, '2020-01-01', null)])).toEqual(new Set([1]));
  expect(overlapping([span(1, '2020-01-01', '2020-01-01')])).toEqual(new Set([1]));
});

test('a version holds from its first day on and on its last no more', () => {
  const versions = [
    { validFrom: null, validTo: '2020-01-01' },
    { validFrom: '2020-01-01', validTo: '2021-01-01' },
  ];
  expect([versionOn(versions, '2019-12-31'), versionOn(versions, '2020-01-01'), versionOn(versions, '2021-01-01')]).toEqual([
    versions[0],
    versions[1],
    undefined,
  ]);
});
