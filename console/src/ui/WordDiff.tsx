import { diffWordsWithSpace } from 'diff';
import { useMemo } from 'react';

interface WordDiffProps {
  before: string;
  after: string;
}

/** Old and new text in one line, word by word: what went is struck through, what came is marked. */
export function WordDiff({ before, after }: WordDiffProps) {
  const pieces = useMemo(() => placed(diffWordsWithSpace(before, after)), [before, after]);
  return (
    <span>
      {pieces.map(({ at, value, added, removed }) => {
        if (added) return <ins key={at}>{value}</ins>;
        if (removed) return <del key={at}>{value}</del>;
        return <span key={at}>{value}</span>;
      })}
    </span>
  );
}

interface Piece {
  value: string;
  added?: boolean;
  removed?: boolean;
}

/** Pieces with their places, by which React tells them apart. */
function placed(pieces: Piece[]): Array<Piece & { at: number }> {
  let at = 0;
  return pieces.map((piece) => {
    const here = { ...piece, at };
    at += piece.value.length + 1;
    return here;
  });
}
