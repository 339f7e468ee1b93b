/** The version that holds on a date. */
export function versionOn<T extends { validFrom?: string | null; validTo?: string | null }>(
  versions: T[],
  on: string,
): T | undefined {
  return versions.find(({ validFrom, validTo }) => (!validFrom || validFrom <= on) && (!validTo || on < validTo));
}

/** Which intervals begin before one before them has ended, or end before they begin: by their keys. */
export function overlapping(all: Array<{ key: number; from: string | null; until: string | null }>): Set<number> {
  const found = new Set<number>();
  const sorted = [...all].sort((a, b) => (a.from ?? '').localeCompare(b.from ?? ''));
  for (const [at, each] of sorted.entries()) {
    if (each.from && each.until && each.until <= each.from) found.add(each.key);
    const next = sorted[at + 1];
    if (next && (each.until === null || next.from === null || next.from < each.until)) found.add(each.key);
  }
  return found;
}
