import { describe, expect, it } from 'vitest';
import { readable, scaleOf } from './scale';

describe('scaleOf', () => {
  const scale = scaleOf(['1992-01-17', '2026-11-20', '2026-11-25', '2027-04-01'], 800);

  it('keeps the order of time and gives every stretch room', () => {
    const places = scale.marks.map(({ x }) => x);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    const widths = places.slice(1).map((x, place) => x - (places[place] ?? 0));
    expect(Math.min(...widths)).toBeGreaterThan(60);
  });

  it('finds the day of a place again', () => {
    for (const day of ['2000-06-15', '2026-11-22', '2027-04-01', '2030-01-01'])
      expect(Math.abs(Date.parse(scale.dayAt(scale.xOf(day))) - Date.parse(day))).toBeLessThanOrEqual(86_400_000);
  });

  it('draws what lies outside at its edges', () => {
    expect(scale.xOf('0001-01-01')).toBe(0);
    expect(scale.xOf('9999-12-31')).toBe(800);
  });
});

describe('readable', () => {
  it('leaves out marks that would touch, but never the ends', () => {
    const marks = [0, 10, 80, 85, 90].map((x) => ({ day: String(x), x }));
    expect(readable(marks, 20).map(({ x }) => x)).toEqual([0, 90]);
    expect(readable(marks.slice(0, 3), 20).map(({ x }) => x)).toEqual([0, 80]);
  });
});
