/**
 * What is known of a clock that cannot be read directly, from times at which it was asked: bounds, never a guess. An observer asks at
 * `fromNs` of its own clock, the answer `tNs` comes at `toNs`: somewhere in between, whatever the network did, the asked clock showed it.
 */
export interface ClockSample {
  /** The asked clock's time, ns. */
  readonly tNs: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** From `low` to `high`, ns; either may be infinite. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export const UNBOUNDED: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Two monotonic clocks run apart by no more than this: each may be slewed by 500 ppm (what the kernel allows when it follows NTP). */
const DRIFT_MAX = 1e-3;

/**
 * Between which times of the observer the asked clock showed `tNs`. Every sample bounds it, the less the longer ago it is; `samples` begin
 * with the oldest, and those that contradict newer ones (a machine was suspended) are left out.
 */
export function observedAt(samples: readonly ClockSample[], tNs: number): Bounds {
  let { low, high } = UNBOUNDED;
  for (let index = samples.length - 1; index >= 0; index--) {
    const sample = samples[index];
    const apart = tNs - sample.tNs;
    const slack = Math.abs(apart) * DRIFT_MAX;
    const nextLow = Math.max(low, sample.fromNs + apart - slack);
    const nextHigh = Math.min(high, sample.toNs + apart + slack);
    if (nextLow > nextHigh) break;
    low = nextLow;
    high = nextHigh;
  }
  return { low, high };
}

/** What several samples tell together, as one: at the time of the narrowest, as it took the least on its way. `samples` is not empty. */
export function joined(samples: readonly ClockSample[]): ClockSample {
  const narrowest = samples.reduce((a, b) => (b.toNs - b.fromNs < a.toNs - a.fromNs ? b : a));
  const { low, high } = observedAt([...samples.filter((each) => each !== narrowest), narrowest], narrowest.tNs);
  return { tNs: narrowest.tNs, fromNs: low, toNs: high };
}

export function intersection(a: Bounds, b: Bounds): Bounds | null {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  return low > high ? null : { low, high };
}
