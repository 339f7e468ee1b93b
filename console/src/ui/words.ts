/** Words, numbers, blanks and signs of a text, in whatever script: a Russian word is one piece as an English one is. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}]+|\p{N}+|\s+|./gsu) ?? [];
}

interface Compared {
  value: string[];
  added?: boolean;
  removed?: boolean;
}

/** A stretch of text that stayed, went or came; `at` tells it from the others. */
export interface Piece {
  at: number;
  value: string;
  kind: 'same' | 'added' | 'removed';
}

/** Below this share of letters in common, two texts are not versions of each other: the one is shown whole, and then the other. */
const ALIKE = 0.3;

function lengthOf(pieces: Array<Omit<Piece, 'at'>>, kind: Piece['kind']): number {
  return pieces.filter((piece) => piece.kind === kind).reduce((sum, { value }) => sum + value.trim().length, 0);
}

/** Puts pieces together so that they can be read: blanks between two changed words do not break a change in two. */
export function joined(compared: Compared[]): Piece[] {
  const pieces = compared.map(({ value, added, removed }) => ({
    value: value.join(''),
    kind: added ? ('added' as const) : removed ? ('removed' as const) : ('same' as const),
  }));
  const same = lengthOf(pieces, 'same');
  const whole = same + Math.max(lengthOf(pieces, 'added'), lengthOf(pieces, 'removed'));
  const merged: Array<Omit<Piece, 'at'>> = [];
  let removed = '';
  let added = '';
  const flush = () => {
    if (removed) merged.push({ value: removed, kind: 'removed' });
    if (added) merged.push({ value: added, kind: 'added' });
    removed = '';
    added = '';
  };
  const isUnlike = whole > 0 && same / whole < ALIKE;
  for (const [place, piece] of pieces.entries()) {
    const isBetween =
      piece.kind === 'same' && piece.value.trim() === '' && removed !== '' && added !== '' && place < pieces.length - 1;
    if (piece.kind === 'removed') removed += piece.value;
    else if (piece.kind === 'added') added += piece.value;
    else if (isUnlike || isBetween) {
      removed += piece.value;
      added += piece.value;
    } else {
      flush();
      merged.push(piece);
    }
  }
  flush();
  let at = 0;
  return merged.map((piece) => {
    const here = { ...piece, at };
    at += piece.value.length + 1;
    return here;
  });
}
