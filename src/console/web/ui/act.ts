import { useState } from "react";

/** Something that a person asked for: whether it is under way, and why it failed. `act` itself never fails. */
export interface Act {
  readonly busy: boolean;
  readonly error: unknown;
  act(work: () => Promise<unknown>): Promise<void>;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, act };
}
