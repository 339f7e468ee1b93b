import { useEffect, useState } from 'react';
import { usePolling } from '@/api/polling';

/** Whether the service can answer: what `/health/ready` says. */
export interface Readiness {
  status: 'ready' | 'degraded' | 'starting' | 'unknown';
  reason?: string;
}

/** What each looks like. */
export const READINESS_TONES: Record<Readiness['status'], string> = {
  ready: 'added',
  degraded: 'annulled',
  starting: 'changed',
  unknown: 'annulled',
};

async function look(): Promise<Readiness> {
  try {
    const { status, reason } = (await (await fetch('/health/ready')).json()) as Partial<Readiness>;
    return { status: status ?? 'unknown', ...(reason ? { reason } : {}) };
  } catch {
    return { status: 'unknown' };
  }
}

/** Asks whether the service is ready, again and again. */
export function useReadiness(everyMs: number): Readiness | undefined {
  const [readiness, setReadiness] = useState<Readiness>();
  useEffect(() => {
    void look().then(setReadiness);
  }, []);
  usePolling(() => void look().then(setReadiness), everyMs);
  return readiness;
}
