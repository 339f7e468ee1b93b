/** Whether the server answers at all: told by every request, shown by the shell, and asked again while it does not. */
type Listener = () => void;

let isLost = false;
const listeners = new Set<Listener>();
let timer: ReturnType<typeof setTimeout> | undefined;

function set(next: boolean): void {
  if (isLost === next) return;
  isLost = next;
  for (const listener of listeners) listener();
  if (next) schedule();
}

function schedule(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    fetch('/health/ready').then(
      (answer) => (answer.ok ? set(false) : schedule()),
      () => schedule(),
    );
  }, 1500);
}

export const connection = {
  isLost: (): boolean => isLost,
  lost: (): void => set(true),
  found: (): void => set(false),
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Resolves as soon as the server answers; at once while it does. */
  untilFound(): Promise<void> {
    if (!isLost) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = connection.subscribe(() => {
        if (isLost) return;
        stop();
        resolve();
      });
    });
  },
};
