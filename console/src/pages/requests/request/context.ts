import { createContext, useContext } from 'react';
import type { Me } from '@/api/me';
import type { Check, Request } from './reading';

/** What every part of the page knows. */
export interface RequestPageState {
  request: Request;
  /** Undefined while it is being worked out. */
  check: Check | undefined;
  me: Me | null | undefined;
  /** Changes whenever anything of the request may have changed: lists are read anew then. */
  beat: string;
  /** Tells that this page itself brought about a revision, so that it is no news. */
  isMine: (revision: number) => void;
  /** Asks for everything anew. */
  reload: () => void;
}

/** Provided by the page. */
export const RequestContext = createContext<RequestPageState | null>(null);

/** What the page knows of its request. */
export function useRequest(): RequestPageState {
  const state = useContext(RequestContext);
  if (!state) throw new Error('outside of the page of a request');
  return state;
}
