import { useCallback, useEffect, useRef, useState } from "react";
import { GROUPS_A_ROUND, nextRound } from "../../lag-rounds";
import type { GroupLag } from "../../shapes";
import { command } from "../ui/api";

interface Wanted {
  readonly group: string;
  readonly coordinator: number;
}

export interface Lags {
  /** What was answered last, by group. */
  readonly known: ReadonlyMap<string, GroupLag>;
  /** Why the last round failed; null: it did not. */
  readonly problem: unknown;
  /** Takes the groups that are in sight now. */
  onSight(groups: readonly Wanted[]): void;
}

/** How soon it is looked again whether something is due, ms. */
const IDLE_MS = 250;
const BETWEEN_ROUNDS_MS = 100;

/**
 * Lag of the groups in sight, live, in bounded rounds of which one is under way at a time; of `others` too, the longest unasked first,
 * with what a round has left.
 */
export function useLags(others: readonly Wanted[]): Lags {
  const [known, setKnown] = useState<ReadonlyMap<string, GroupLag>>(new Map());
  const [problem, setProblem] = useState<unknown>(null);
  const wanted = useRef({ inSight: [] as readonly Wanted[], others });
  wanted.current.others = others;
  const onSight = useCallback((groups: readonly Wanted[]) => {
    wanted.current.inSight = groups;
  }, []);
  useEffect(() => {
    const askedAt = new Map<string, number>();
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const round = async (): Promise<void> => {
      const { inSight, others: rest } = wanted.current;
      const groups = document.hidden ? [] : nextRound(Date.now(), askedAt, inSight, rest);
      if (groups.length > 0) await ask(groups);
      if (!isOver) timer = setTimeout(round, groups.length === GROUPS_A_ROUND ? BETWEEN_ROUNDS_MS : IDLE_MS);
    };
    const ask = async (groups: readonly Wanted[]): Promise<void> => {
      const asked = groups.map(({ group, coordinator }) => ({ group, coordinator }));
      try {
        const answers = await command<readonly GroupLag[]>("/api/group-lags", { groups: asked });
        if (isOver) return;
        for (const { group } of answers) askedAt.set(group, Date.now());
        setKnown((old) => withAnswers(old, answers));
        setProblem(null);
      } catch (error) {
        // They are due again later, with what is shown as it was.
        for (const { group } of groups) askedAt.set(group, Date.now());
        if (!isOver) setProblem(error);
      }
    };
    timer = setTimeout(round, 0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  return { known, problem, onSight };
}

/** The very map where nothing is new: then nothing is drawn anew. */
function withAnswers(old: ReadonlyMap<string, GroupLag>, answers: readonly GroupLag[]): ReadonlyMap<string, GroupLag> {
  const changed = answers.filter((each) => JSON.stringify(each) !== JSON.stringify(old.get(each.group)));
  return changed.length === 0 ? old : new Map([...old, ...changed.map((each) => [each.group, each] as const)]);
}
