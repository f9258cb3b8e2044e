import { Violation } from "../checkers/violation.js";
import type { SimProcess } from "../kernel/process.js";
import type { GroupPlan, MemberFault } from "../scenario.js";
import type { World } from "../world.js";
import { type TopicPartition, topicPartition } from "./assignor.js";
import { GroupMember } from "./group-member.js";
import type { Workload } from "./workload.js";

/** A member's place in its group: it may live in it several times. */
interface Seat {
  readonly group: GroupSeats;
  readonly name: string;
  readonly instanceId: string | null;
  process: SimProcess | null;
  member: GroupMember | null;
  /** Counts what happens to it, so that an older event does nothing. */
  ticket: number;
}

interface GroupSeats {
  readonly plan: GroupPlan;
  readonly partitions: readonly TopicPartition[];
  readonly seats: Seat[];
  /** When all members were last seen in one generation, µs; −1 never. */
  wholeAtUs: number;
}

/** The consumer groups of a world: their members, what happens to these, and that all of it goes on after healing (invariant 31). */
export class GroupWorkload {
  private readonly world: World;
  private readonly workload: Workload;
  private readonly groups: GroupSeats[];
  private healedAtUs: number;

  constructor(workload: Workload) {
    this.workload = workload;
    this.world = workload.world;
    this.healedAtUs = -1;
    const { groups, topics } = this.world.scenario;
    this.groups = groups.map((plan) => {
      const consumed = topics.filter(({ name }) => plan.topics.includes(name));
      const partitions = consumed.flatMap(({ name, partitions: count }) =>
        Array.from({ length: count }, (_, i) => topicPartition(name, i)),
      );
      const group: GroupSeats = { plan, partitions, seats: [], wholeAtUs: -1 };
      for (let i = 0; i < plan.members; i++) {
        const name = `${plan.name}-m${i}`;
        const instanceId = i < plan.staticMembers ? name : null;
        group.seats.push({ group, name, instanceId, process: null, member: null, ticket: 0 });
      }
      return group;
    });
  }

  start(): void {
    const { world } = this;
    for (const group of this.groups) {
      for (const seat of group.seats) this.startMember(seat);
      for (const fault of group.plan.faults) {
        world.later(fault.atMs * 1000, () => this.apply(group.seats[fault.member], fault));
      }
    }
    if (this.groups.length === 0) return;
    world.later(world.scenario.chaosToMs * 1000, () => {
      this.healedAtUs = world.simulation.nowUs;
      for (const { seats } of this.groups) {
        for (const seat of seats) {
          if (seat.process !== null) world.simulation.unstall(seat.process);
          this.startMember(seat);
        }
      }
    });
  }

  private startMember(seat: Seat): void {
    if (seat.process !== null) return;
    const { simulation, clientMachines } = this.world;
    const process = simulation.startProcess(clientMachines[seat.ticket % 2], seat.name);
    const client = this.workload.clientFor(process, seat.name);
    const { plan, partitions } = seat.group;
    const member = new GroupMember(this.workload, client, plan, seat.name, seat.instanceId, partitions);
    seat.process = process;
    seat.member = member;
    seat.ticket++;
    simulation.runAs(process, () => member.start());
  }

  private stopMember(seat: Seat): void {
    if (seat.process !== null) this.world.simulation.killProcess(seat.process, false);
    seat.process = null;
    seat.member = null;
    seat.ticket++;
  }

  private apply(seat: Seat, fault: MemberFault): void {
    const { world } = this;
    const { process, member } = seat;
    if (process === null || member === null || process.stalled) return;
    world.note(`member ${seat.name}: ${fault.kind} for ${fault.durationMs} ms`);
    world.count(`member: ${fault.kind}`);
    const later = (body: () => void) => world.later(fault.durationMs * 1000, body);
    switch (fault.kind) {
      case "crash":
        this.stopMember(seat);
        later(() => this.startMember(seat));
        return;
      case "stall":
        world.simulation.stall(process);
        later(() => world.simulation.unstall(process));
        return;
      case "leave":
        world.simulation.runAs(process, () => {
          member.leave(() => {
            // After the turn that said so: a handler is never half-run.
            world.later(1, () => {
              if (seat.process === process) this.stopMember(seat);
              later(() => this.startMember(seat));
            });
          });
        });
        return;
    }
  }

  /** A member has all that it was given, and its positions. */
  onRunning(plan: GroupPlan): void {
    for (const group of this.groups) {
      if (group.plan === plan && isWhole(group)) group.wholeAtUs = this.world.simulation.nowUs;
    }
  }

  /** Invariant 31: after healing all members are in one generation, and nothing is left to consume. */
  finish(): void {
    const { checker } = this.world;
    for (const group of this.groups) {
      const { plan, partitions, wholeAtUs } = group;
      if (checker.groups.isTainted(plan.name)) continue;
      // A rebalance may be under way again: networks stay slow.
      if (this.healedAtUs >= 0 && wholeAtUs < this.healedAtUs && !isWhole(group)) {
        throw new Violation(31, `group ${plan.name}: its ${plan.members} members never came together after healing`);
      }
      for (const { topic, partition, name } of partitions) {
        const truth = checker.checkerNamed(topic, partition);
        if (truth === null || truth.tainted || truth.trueHighWatermark === 0) continue;
        const position = checker.groups.committedPosition(plan.name, name);
        if (position === truth.trueHighWatermark) continue;
        throw new Violation(
          31,
          `group ${plan.name} has committed ${position} of ${name} after healing, its high watermark is ${truth.trueHighWatermark}`,
        );
      }
    }
  }
}

/** Whether all members consume in one generation. */
function isWhole({ seats }: GroupSeats): boolean {
  const generation = seats[0].member?.generation;
  return seats.every(({ member }) => member?.phase === "run" && member.generation === generation);
}
