import type { Request } from './reading';

/** The tabs of the page, in their order; the number of each is its key. */
export const TABS = ['changes', 'check', 'conflicts', 'impact', 'preview', 'talk'] as const;

export type Tab = (typeof TABS)[number];

/** The tabs that a request has now: what is over is not checked any more. */
export function tabsOf({ state }: Request): Tab[] {
  const isOver = state === 'PUBLISHED' || state === 'REJECTED' || state === 'WITHDRAWN';
  return TABS.filter((tab) => !isOver || (tab !== 'check' && tab !== 'conflicts'));
}
