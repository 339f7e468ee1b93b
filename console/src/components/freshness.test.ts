import dayjs from 'dayjs';
import { expect, it } from 'vitest';
import { ageOf } from './freshness';

const TODAY = dayjs('2026-03-31T12:00:00');

it.each([
  [30, '2026-03-31', 'FRESH'],
  [30, '2026-03-05', 'FRESH'],
  [30, '2026-03-04', 'DUE'],
  [30, '2026-03-01', 'DUE'],
  [30, '2026-02-28', 'OVERDUE'],
  [7, '2026-03-26', 'FRESH'],
  [7, '2026-03-25', 'DUE'],
])('with a period of %s days what was renewed on %s is %s', (period, renewed, freshness) => {
  expect(ageOf(`${renewed}T15:00:00`, period, TODAY).freshness).toBe(freshness);
});

it('tells how much of the period is over', () => {
  expect(ageOf('2026-03-16T23:00:00', 30, TODAY)).toEqual({ days: 15, share: 0.5, freshness: 'FRESH' });
});

it('is not known where nothing says how often, or nothing was published', () => {
  expect(ageOf('2026-03-30T12:00:00', null, TODAY)).toEqual({ days: 1, share: undefined, freshness: 'UNKNOWN' });
  expect(ageOf(null, 30, TODAY).freshness).toBe('UNKNOWN');
});
