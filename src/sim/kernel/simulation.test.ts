import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "./machine.js";
import { Simulation } from "./simulation.js";
import { SimClock, SimLoop, SimTimers } from "./time.js";

function program(seed: number) {
  const simulation = new Simulation(seed);
  const machine = new Machine("a", "10.0.0.1", 0, 1, 0);
  const process = simulation.startProcess(machine, "a");
  const timers = new SimTimers(simulation, process);
  return {
    simulation,
    process,
    timers,
    clock: new SimClock(simulation, process),
    loop: new SimLoop(simulation, process),
  };
}

test("timers fire in the order of their time, and not once cancelled", () => {
  const { simulation, timers, clock } = program(1);
  const fired: string[] = [];
  const note = (name: string) => ({ onTimer: () => fired.push(`${name}@${clock.monotonicMs()}`) });
  timers.schedule(30, note("c"));
  timers.schedule(10, note("a"));
  const never = timers.schedule(15, note("never"));
  timers.schedule(20, note("b"));
  never.cancel();
  simulation.runUntil(100_000);
  assert.deepEqual(fired, ["a@10", "b@20", "c@30"]);
});

test("a stalled process gets late what was due, knows for how long it stood still, and a dead one gets nothing", () => {
  const { simulation, process, timers, clock, loop } = program(2);
  const fired: number[] = [];
  const task = { onTimer: () => fired.push(clock.monotonicMs()) };
  timers.schedule(10, task);
  timers.schedule(600, task);
  simulation.stall(process);
  simulation.runUntil(500_000);
  assert.deepEqual(fired, []);
  simulation.unstall(process);
  simulation.runUntil(550_000);
  assert.deepEqual(fired, [500]);
  assert.equal(loop.stalledMs(), 500);
  simulation.killProcess(process, false);
  simulation.runUntil(1_000_000);
  assert.deepEqual(fired, [500]);
});

test("a task that is added at the end of a turn runs at the end of the next", () => {
  const { simulation, process, loop } = program(3);
  const order: number[] = [];
  simulation.runAs(process, () => {
    loop.atTurnEnd({
      onTurnEnd: () => {
        order.push(1);
        loop.atTurnEnd({ onTurnEnd: () => order.push(3) });
        order.push(2);
      },
    });
  });
  assert.deepEqual(order, [1, 2]);
  simulation.runUntil(10);
  assert.deepEqual(order, [1, 2, 3]);
});

test("a heap of thousands of timers, most of them cancelled, keeps its order", () => {
  const { simulation, timers } = program(4);
  const due: number[] = [];
  let last = 0;
  for (let i = 0; i < 20_000; i++) {
    const delay = simulation.random.below(5000);
    const timer = timers.schedule(delay, {
      onTimer: () => {
        assert.ok(simulation.nowUs >= last);
        last = simulation.nowUs;
        due.push(delay);
      },
    });
    if (i % 10 !== 0) timer.cancel();
  }
  simulation.runUntil(6_000_000);
  assert.equal(due.length, 2000);
});
