import dayjs from 'dayjs';

/** A place in valid time that the scale holds fast. */
interface Knot {
  day: string;
  x: number;
}

/** Days and places in a picture of valid time. */
export interface Scale {
  xOf: (day: string) => number;
  dayAt: (x: number) => string;
  /** The days that bound something, with their places. */
  marks: Knot[];
}

const DAY = 86_400_000;
const stamp = (day: string): number => Date.parse(day);
const written = (time: number): string => new Date(Math.round(time / DAY) * DAY).toISOString().slice(0, 10);

/** Where a value lies among the first knots, carried over to the second. */
function between(value: number, from: number[], to: number[]): number {
  const end = Math.max(
    1,
    Math.min(
      from.length - 1,
      from.findIndex((each) => value < each),
    ),
  );
  const place = value >= (from.at(-1) ?? 0) ? from.length - 1 : end;
  const [a, b, c, d] = [from[place - 1] ?? 0, from[place] ?? 1, to[place - 1] ?? 0, to[place] ?? 1];
  return c + ((value - a) / (b - a || 1)) * (d - c);
}

/** How much of the width is dealt out evenly, so that short stretches beside decades can still be seen and hit. */
const EVEN = 0.55;

/**
 * Stretches between neighbouring days get a part of the width each and a part by the root of their length: the order and the rough
 * proportions of time are kept, and nothing gets too narrow. Before the first and after the last day there is room for the open ends.
 */
export function scaleOf(days: string[], width: number): Scale {
  const bounds = [...new Set(days)].sort();
  const first = bounds[0] ?? dayjs().format('YYYY-MM-DD');
  const last = bounds.at(-1) ?? first;
  const margin = Math.max(365 * DAY, (stamp(last) - stamp(first)) * 0.15);
  const times = [stamp(first) - margin, ...bounds.map(stamp), stamp(last) + margin];
  const lengths = times.slice(1).map((time, place) => Math.sqrt(time - (times[place] ?? 0)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const widths = lengths.map((length) => width * (EVEN / lengths.length + (1 - EVEN) * (length / total)));
  const places = [0];
  for (const each of widths) places.push((places.at(-1) ?? 0) + each);
  const clamped = (x: number): number => Math.max(0, Math.min(width, x));
  return {
    xOf: (day) => clamped(between(stamp(day), times, places)),
    dayAt: (x) => written(between(clamped(x), places, times)),
    marks: bounds.map((day, place) => ({ day, x: places[place + 1] ?? 0 })),
  };
}

/** The marks that can be written without touching: the ends first, then from the left. */
export function readable(marks: Knot[], room: number): Knot[] {
  const [first] = marks;
  const last = marks.at(-1);
  if (!first || !last || first === last) return marks;
  const kept = [first];
  for (const mark of marks.slice(1, -1)) {
    const before = kept.at(-1);
    if (before && mark.x - before.x >= room && last.x - mark.x >= room) kept.push(mark);
  }
  if (last.x - first.x >= room) kept.push(last);
  return kept;
}
