// Whose lag the list of groups asks for next: its page chooses, its server holds the same bound.

/** Groups in one question. */
export const GROUPS_A_ROUND = 40;
/** The answer of a group that is in sight is asked for anew after this time, ms. */
export const LAG_EVERY_MS = 3_000;

/**
 * Which of the groups are asked for now: those in sight that were never asked or whose answer is old, then, of the others, those
 * never asked before; the longest without an answer first, one round at most. `askedAt`: when each was answered, ms.
 */
export function nextRound<T extends { readonly group: string }>(
  now: number,
  askedAt: ReadonlyMap<string, number>,
  inSight: readonly T[],
  others: readonly T[],
): T[] {
  const since = ({ group }: T): number => askedAt.get(group) ?? Number.NEGATIVE_INFINITY;
  const isDue = (each: T): boolean => now - since(each) >= LAG_EVERY_MS;
  const oldestFirst = (groups: readonly T[]): T[] => groups.filter(isDue).sort((a, b) => since(a) - since(b) || 0);
  const round = oldestFirst(inSight).slice(0, GROUPS_A_ROUND);
  if (others.length === 0 || round.length === GROUPS_A_ROUND) return round;
  const seen = new Set(inSight.map(({ group }) => group));
  const rest = oldestFirst(others.filter(({ group }) => !seen.has(group)));
  return [...round, ...rest.slice(0, GROUPS_A_ROUND - round.length)];
}
