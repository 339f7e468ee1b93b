import { useCallback, useEffect, useRef, useState } from 'react';
import { refusalsOf, type Refusal } from './refusals';

/** A page of a list, as connections give it. */
export interface Slice<TNode> {
  nodes: TNode[];
  totalCount?: number | null;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

/** What is known of a list that is read page by page. */
export interface Paged<TNode> {
  nodes: TNode[];
  /** How many there are in all; null where nobody counted. */
  total: number | null;
  hasMore: boolean;
  /** Nothing is known yet. */
  isLoading: boolean;
  /** Another page, or all of it anew, is on its way. */
  isRefreshing: boolean;
  refusals: Refusal[];
  more: () => void;
}

interface State<TNode> {
  /** Which list at which beat this is of; undefined while nothing is known. */
  key: string | undefined;
  beat: number | string;
  nodes: TNode[];
  total: number | null;
  end: string | null;
  isGrowing: boolean;
  refusals: Refusal[];
}

type Load<TNode> = (after: string | null) => Promise<Slice<TNode>>;

function nothing<TNode>(): State<TNode> {
  return { key: undefined, beat: 0, nodes: [], total: null, end: null, isGrowing: false, refusals: [] };
}

function grown<TNode>(state: State<TNode>, { nodes, totalCount, pageInfo }: Slice<TNode>): State<TNode> {
  return {
    ...state,
    nodes: [...state.nodes, ...nodes],
    total: totalCount ?? null,
    end: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    isGrowing: false,
    refusals: [],
  };
}

/** Reads from the beginning until as many are there as were shown before, so that a refreshed list does not jump. */
async function gather<TNode>(load: Load<TNode>, wanted: number): Promise<State<TNode>> {
  let state = nothing<TNode>();
  do {
    state = grown(state, await load(state.end));
  } while (state.end !== null && state.nodes.length < wanted);
  return state;
}

/**
 * A list that grows by «show more». Another `key` is another list; another `beat` is the same one read anew up to where it was, without
 * going blank meanwhile.
 */
export function usePaged<TNode>(load: Load<TNode>, key: string, beat: number | string = 0): Paged<TNode> {
  const [state, setState] = useState<State<TNode>>(nothing);
  const latest = useRef({ load, state });
  useEffect(() => {
    latest.current = { load, state };
  });
  const round = useRef(0);
  useEffect(() => {
    round.current += 1;
    const mine = round.current;
    const known = latest.current.state;
    const wanted = known.key === key ? known.nodes.length : 0;
    const failed = (error: unknown) =>
      setState((current) => ({ ...(current.key === key ? current : nothing<TNode>()), key, beat, refusals: refusalsOf(error) }));
    gather(latest.current.load, wanted).then(
      (next) => mine === round.current && setState({ ...next, key, beat }),
      (error: unknown) => mine === round.current && failed(error),
    );
  }, [key, beat]);
  const more = useCallback(() => {
    const { load: next, state: known } = latest.current;
    if (known.isGrowing || known.end === null) return;
    round.current += 1;
    const mine = round.current;
    setState((current) => ({ ...current, isGrowing: true }));
    next(known.end).then(
      (slice) => mine === round.current && setState((current) => grown(current, slice)),
      (error: unknown) =>
        mine === round.current && setState((current) => ({ ...current, isGrowing: false, refusals: refusalsOf(error) })),
    );
  }, []);
  const isKnown = state.key === key;
  return {
    nodes: isKnown ? state.nodes : [],
    total: isKnown ? state.total : null,
    hasMore: isKnown && state.end !== null,
    isLoading: !isKnown,
    isRefreshing: isKnown && (state.isGrowing || state.beat !== beat),
    refusals: isKnown ? state.refusals : [],
    more,
  };
}
