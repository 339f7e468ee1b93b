import { diffArrays } from 'diff';
import { useMemo } from 'react';

interface WordDiffProps {
  before: string;
  after: string;
}

/** Old and new text in one line, word by word: what went is struck through, what came is marked. */
export function WordDiff({ before, after }: WordDiffProps) {
  const pieces = useMemo(() => placed(diffArrays(words(before), words(after))), [before, after]);
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
  added: boolean;
  removed: boolean;
}

/** A text as its words and what stands between them. The letters of every language count as letters. */
function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? [];
}

/** Pieces with their places, by which React tells them apart. */
function placed(pieces: Array<{ value: string[]; added: boolean; removed: boolean }>): Array<Piece & { at: number }> {
  let at = 0;
  return pieces.map(({ value, added, removed }) => {
    const text = value.join('');
    const here = { value: text, added, removed, at };
    at += text.length + 1;
    return here;
  });
}
