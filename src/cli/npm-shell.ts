const LOOK_MS = 500;

/**
 * npm (and npx) passes TERM to the shell in which it runs a command, and the shell passes it no further: that the shell is gone is the sign.
 * Calls `act` once then, and only where the command is in its shell's foreground by now: one that was put into the background outlives it.
 * Returns what ends the watch.
 */
export function onNpmGone(parentAtStart: number, act: () => void): () => void {
  const isWatched =
    process.env.npm_lifecycle_event !== undefined &&
    process.platform !== "win32" &&
    parentAtStart !== 1 &&
    process.ppid === parentAtStart;
  if (!isWatched) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid === parentAtStart) return;
    clearInterval(timer);
    act();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
