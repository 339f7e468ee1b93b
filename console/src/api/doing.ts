import { useCallback, useState } from 'react';
import { useBusy } from './asking';
import { refusalsOf, type Refusal } from './refusals';

interface Payload {
  errors: Refusal[];
}

export interface Doing {
  isBusy: boolean;
  refusals: Refusal[];
  /** Acts once at a time; `done` follows only when nothing was refused. What a fault or a lost connection says is a refusal too. */
  run: <T extends Payload>(act: () => Promise<T>, done: (payload: T) => void) => Promise<void>;
  /** Forgets the refusals. */
  forget: () => void;
}

/** One act of a dialog: whether it is under way, and why it was not done. */
export function useDoing(): Doing {
  const [isBusy, busy] = useBusy();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const run = useCallback(
    <T extends Payload>(act: () => Promise<T>, done: (payload: T) => void) =>
      busy(async () => {
        try {
          const payload = await act();
          setRefusals(payload.errors);
          if (payload.errors.length === 0) done(payload);
        } catch (error) {
          setRefusals(refusalsOf(error));
        }
      }),
    [busy],
  );
  const forget = useCallback(() => setRefusals([]), []);
  return { isBusy, refusals, run, forget };
}
