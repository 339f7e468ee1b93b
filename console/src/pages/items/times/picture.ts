import { isSame, valuesOf } from '@/components/differences/timeline';
import type { PublicationSaid } from '@/components/publications/said';
import type { HistoryVersion } from '../reading';

/** What was known of the item from one publication that touched it up to the next one. */
export interface Band {
  publication: PublicationSaid;
  /** The number before which the next one begins; null: it is what is known now. */
  until: number | null;
}

/** A version as a rectangle: valid time across, publications up. */
export interface Block {
  version: HistoryVersion;
  /** The places of the first and the last band that it spans. */
  from: number;
  to: number;
  /** Which of the contents it has: the same tone for the same content. */
  tone: number;
  /** The codes of what it says otherwise than what it replaced or follows. */
  changed: string[];
}

/** Publications that touched an item, oldest first. */
export function bandsOf(history: HistoryVersion[]): Band[] {
  const said = new Map<number, PublicationSaid>();
  for (const { publication, supersededIn } of history)
    for (const each of [publication, supersededIn]) if (each) said.set(each.number, each);
  const sorted = [...said.values()].sort((one, other) => one.number - other.number);
  return sorted.map((publication, place) => ({ publication, until: sorted[place + 1]?.number ?? null }));
}

/** The place of the band that tells what was known at a publication; null: the latest. */
export function bandAt(bands: Band[], publication: number | null): number {
  if (publication === null) return bands.length - 1;
  return bands.findLastIndex((band) => band.publication.number <= publication);
}

function contentOf(version: HistoryVersion): unknown {
  return [valuesOf(version), version.parentCode ?? null];
}

function endsBefore(end: string | null | undefined, start: string | null | undefined): boolean {
  return Boolean(end && start && end <= start);
}

function overlap(one: HistoryVersion, other: HistoryVersion): boolean {
  return !endsBefore(one.validTo, other.validFrom) && !endsBefore(other.validTo, one.validFrom);
}

function changedIn(history: HistoryVersion[], version: HistoryVersion): string[] {
  const number = version.publication?.number;
  const follows = history.find(
    (each) => each.publication?.number === number && each.validTo && each.validTo === version.validFrom,
  );
  const replaced = history.find((each) => each.supersededIn?.number === number && overlap(each, version));
  const before = replaced && !isSame(contentOf(replaced), contentOf(version)) ? replaced : follows;
  if (!before) return [];
  const [was, is] = [valuesOf(before), valuesOf(version)];
  const codes = [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((code) => !isSame(was[code], is[code]));
  return (before.parentCode ?? null) === (version.parentCode ?? null) ? codes : [...codes, 'parent'];
}

/** Every version that was ever published as a rectangle. */
export function blocksOf(history: HistoryVersion[], bands: Band[]): Block[] {
  const contents: unknown[] = [];
  return history.map((version) => {
    const content = contentOf(version);
    let tone = contents.findIndex((each) => isSame(each, content));
    if (tone < 0) tone = contents.push(content) - 1;
    const from = bands.findIndex(({ publication }) => publication.number === version.publication?.number);
    const end = bands.findIndex(({ publication }) => publication.number === version.supersededIn?.number);
    return {
      version,
      from: Math.max(0, from),
      to: end < 0 ? bands.length - 1 : end - 1,
      tone,
      changed: changedIn(history, version),
    };
  });
}
