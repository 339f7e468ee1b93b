import { useEffect, useState } from 'react';
import { refusalsOf, type Refusal } from '@/api/refusals';
import { askDifferences, type ItemDifferenceSaid } from '@/components/differences/ItemDifferences';
import type { Edition, WholePublication } from '../one/reading';

/** With more items than this the act is a book: it is made when somebody says so. */
export const ITEMS_UNASKED = 2000;

const PAGE = 200;

/** A dictionary of an act with all that changed in it. */
export interface ActSection {
  edition: Edition;
  items: ItemDifferenceSaid[];
}

/** An act as far as it is read. */
export interface Act {
  sections: ActSection[];
  /** How many items are read so far. */
  read: number;
  isWhole: boolean;
  refusals: Refusal[];
}

const NOTHING: Act = { sections: [], read: 0, isWhole: false, refusals: [] };

/** How many items an act would list. */
export function itemsOf({ editions }: WholePublication): number {
  return editions.reduce((sum, { added, changed, retired }) => sum + added + changed + retired, 0);
}

async function readAll(
  publication: WholePublication,
  told: (read: number) => void,
  isOver: () => boolean,
): Promise<ActSection[]> {
  const { number, editions } = publication;
  const sections: ActSection[] = [];
  let read = 0;
  for (const edition of editions) {
    const items: ItemDifferenceSaid[] = [];
    const sides = { from: { publication: number - 1 }, to: { publication: number } };
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof askDifferences>> = await askDifferences(edition.dictionaryCode, sides, after, PAGE);
      items.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
      read += page.nodes.length;
      told(read);
    } while (after !== null && !isOver());
    sections.push({ edition, items });
  }
  return sections;
}

/** Reads all items of a publication, page by page, as soon as it may begin. */
export function useAct(publication: WholePublication, mayBegin: boolean): Act {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    if (!mayBegin) return undefined;
    let isOver = false;
    readAll(
      publication,
      (read) => !isOver && setState((current) => ({ ...current, read })),
      () => isOver,
    ).then(
      (sections) => !isOver && setState((current) => ({ ...current, sections, isWhole: true })),
      (error: unknown) => !isOver && setState((current) => ({ ...current, refusals: refusalsOf(error) })),
    );
    return () => {
      isOver = true;
    };
  }, [publication, mayBegin]);
  return state;
}
