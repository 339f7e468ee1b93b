import { useEffect, useRef } from 'react';

/** Calls `again` every so often while the page is seen. */
export function usePolling(again: () => void, everyMs: number, pause = false): void {
  const latest = useRef(again);
  useEffect(() => {
    latest.current = again;
  });
  useEffect(() => {
    if (pause) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) latest.current();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, pause]);
}
