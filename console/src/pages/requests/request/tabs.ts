/** The tabs of the page, in their order; the number of each is its key. */
export const TABS = ['changes', 'check', 'conflicts', 'impact', 'preview', 'talk'] as const;

export type Tab = (typeof TABS)[number];
