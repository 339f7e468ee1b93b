import { diffArrays } from 'diff';
import { useMemo } from 'react';
import { joined, wordsOf } from './words';

interface WordDiffProps {
  before: string;
  after: string;
}

/** Old and new text in one line, word by word: what went is struck through, what came is marked. */
export function WordDiff({ before, after }: WordDiffProps) {
  const pieces = useMemo(() => joined(diffArrays(wordsOf(before), wordsOf(after))), [before, after]);
  return (
    <span>
      {pieces.map(({ at, value, kind }) => {
        if (kind === 'added') return <ins key={at}>{value}</ins>;
        if (kind === 'removed') return <del key={at}>{value}</del>;
        return <span key={at}>{value}</span>;
      })}
    </span>
  );
}
