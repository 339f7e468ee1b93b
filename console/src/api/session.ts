/**
 * Whether the server still knows who we are, as a thing outside React: the client finds out, the sign-in dialog shows it, and
 * operations that were refused meanwhile wait here until somebody has signed in again, so that nothing that was typed is lost.
 */
type Listener = () => void;

export type SessionState = 'fine' | 'over';

let state: SessionState = 'fine';
let waiting: Array<() => void> = [];
const listeners = new Set<Listener>();

function change(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

export const session = {
  state: (): SessionState => state,
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** The server refused a credential that was good before. */
  isOver(): void {
    if (state !== 'over') change('over');
  },
  /** Somebody signed in (again): what waited goes on. */
  isBack(): void {
    const continued = waiting;
    waiting = [];
    change('fine');
    for (const go of continued) go();
  },
  untilBack(): Promise<void> {
    return new Promise((resolve) => waiting.push(resolve));
  },
};
