import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeClock } from "./clock.js";
import { NodeTimers } from "./timers.js";

test("tasks run in the order of their moments, those of one moment in the order in which they came", async () => {
  const timers = new NodeTimers({ monotonicMs: () => now, wallMs: () => 0 });
  let now = 0;
  const ran: number[] = [];
  await new Promise<void>((resolve) => {
    for (const [name, delay] of [
      [3, 5],
      [1, 0],
      [4, 5],
      [2, 3],
    ]) {
      timers.schedule(delay, { onTimer: () => ran.push(name) });
    }
    timers.schedule(6, { onTimer: resolve });
    now = 10;
  });
  assert.deepEqual(ran, [1, 2, 3, 4]);
  assert.equal(timers.size, 0);
});

test("a task never runs early, nor within the call that schedules it", async () => {
  const clock = new NodeClock();
  const timers = new NodeTimers(clock);
  for (const delay of [0, 1, 3, 7, 20]) {
    const begin = clock.monotonicMs();
    let inCall = true;
    await new Promise<void>((resolve) => {
      timers.schedule(delay, {
        onTimer: () => {
          assert.equal(inCall, false);
          resolve();
        },
      });
      inCall = false;
    });
    assert.ok(clock.monotonicMs() - begin >= delay);
  }
});

test("a cancelled task does not run and leaves nothing behind, whatever its place", async () => {
  const timers = new NodeTimers(new NodeClock());
  const ran: number[] = [];
  const entries = Array.from({ length: 200 }, (_, i) =>
    timers.schedule((i * 37) % 11, { onTimer: () => ran.push((i * 37) % 11) }),
  );
  for (let i = 0; i < 200; i += 3) {
    entries[i].cancel();
    entries[i].cancel();
  }
  await new Promise<void>((resolve) => timers.schedule(12, { onTimer: resolve }));
  assert.equal(ran.length, 200 - 67);
  assert.deepEqual(
    ran,
    ran.toSorted((a, b) => a - b),
  );
  assert.equal(timers.size, 0);
  entries[1].cancel();
});

test("a task may cancel another that is due in the same turn", async () => {
  const timers = new NodeTimers(new NodeClock());
  let ran = false;
  await new Promise<void>((resolve) => {
    timers.schedule(1, { onTimer: () => victim.cancel() });
    const victim = timers.schedule(1, {
      onTimer: () => {
        ran = true;
      },
    });
    timers.schedule(5, { onTimer: resolve });
  });
  assert.equal(ran, false);
});

test("what a task schedules for now waits for another turn: the loop is not held up", async () => {
  const timers = new NodeTimers(new NodeClock());
  let rounds = 0;
  const again = {
    onTimer(): void {
      if (++rounds < 1000) timers.schedule(0, again);
    },
  };
  timers.schedule(0, again);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(rounds < 1000);
  rounds = 1000;
});
