import dayjs from 'dayjs';
import { expect, it } from 'vitest';
import { ageOf } from './freshness';

const NOW = dayjs('2026-03-31T12:00:00Z');

it('is fresh for four fifths of its period, due until its end, and overdue then', () => {
  expect(ageOf('2026-03-30T12:00:00Z', 30, NOW)).toEqual({ days: 1, share: 1 / 30, freshness: 'FRESH' });
  expect(ageOf('2026-03-05T12:00:00Z', 30, NOW).freshness).toBe('DUE');
  expect(ageOf('2026-03-01T12:00:00Z', 30, NOW).freshness).toBe('DUE');
  expect(ageOf('2026-02-28T12:00:00Z', 30, NOW).freshness).toBe('OVERDUE');
});

it('is not known where nothing says how often, or nothing was published', () => {
  expect(ageOf('2026-03-30T12:00:00Z', null, NOW)).toEqual({ days: 1, share: undefined, freshness: 'UNKNOWN' });
  expect(ageOf(null, 30, NOW).freshness).toBe('UNKNOWN');
});
