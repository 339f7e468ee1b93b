import { diffArrays } from 'diff';
import { useMemo } from 'react';
import { joined, wordsOf } from './words';

interface WordDiffProps {
  before: string;
  after: string;
  /** Shows only what it became, where the former text stands beside it; a text that has little of it left is not marked at all. */
  isBeside?: boolean;
}

/** Old and new text in one line, word by word: what went is struck through, what came is marked. */
export function WordDiff({ before, after, isBeside = false }: WordDiffProps) {
  const pieces = useMemo(() => joined(diffArrays(wordsOf(before), wordsOf(after))), [before, after]);
  if (isBeside && !pieces.some(({ kind }) => kind === 'same')) return <span>{after}</span>;
  return (
    <span>
      {pieces.map(({ at, value, kind }) => {
        if (kind === 'added') return <ins key={at}>{value}</ins>;
        if (kind === 'removed') return isBeside ? null : <del key={at}>{value}</del>;
        return <span key={at}>{value}</span>;
      })}
    </span>
  );
}
