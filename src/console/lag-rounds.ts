// Whose lag the list of groups asks for next: its page chooses, its server holds the same bound.

/** Groups in one question. */
export const GROUPS_A_ROUND = 40;
/** The answer of a group that is in sight is asked for anew after this time, ms. */
export const LAG_EVERY_MS = 3_000;
/** And that of one out of sight, which counts only for the order. */
export const FAR_LAG_EVERY_MS = 30_000;

/**
 * Which of the groups are asked for now: those in sight that were never asked or whose answer is old, then such of the others; the
 * longest without an answer first, one round at most. `askedAt`: when each was answered, ms.
 */
export function nextRound<T extends { readonly group: string }>(
  now: number,
  askedAt: ReadonlyMap<string, number>,
  inSight: readonly T[],
  others: readonly T[],
): T[] {
  const since = ({ group }: T): number => askedAt.get(group) ?? Number.NEGATIVE_INFINITY;
  const dueOf = (groups: readonly T[], everyMs: number): T[] =>
    groups.filter((each) => now - since(each) >= everyMs).sort((a, b) => since(a) - since(b) || 0);
  const round = dueOf(inSight, LAG_EVERY_MS).slice(0, GROUPS_A_ROUND);
  if (others.length === 0 || round.length === GROUPS_A_ROUND) return round;
  const seen = new Set(inSight.map(({ group }) => group));
  const rest = dueOf(
    others.filter(({ group }) => !seen.has(group)),
    FAR_LAG_EVERY_MS,
  );
  return [...round, ...rest.slice(0, GROUPS_A_ROUND - round.length)];
}
