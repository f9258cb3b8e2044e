import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { ZERO_UUID } from "../base/uuid.js";
import type { ElectionState } from "./election-state.js";
import { Quorum } from "./quorum.js";
import { VoterSet } from "./voter-set.js";

const TIMES = { electionTimeoutMs: 1000, fetchTimeoutMs: 2000, electionBackoffMaxMs: 1000 };

/** The scripts below: one event a line; what follows the arrow is the state after it. */
class Script {
  readonly quorum: Quorum;
  now: number;

  constructor(id: number, voterCount: number, stored: ElectionState = { epoch: 0, leaderId: null, voted: null }) {
    const voters = new VoterSet(
      Array.from({ length: voterCount }, (_, i) => ({
        id: i + 1,
        directoryId: ZERO_UUID,
        endpoints: [{ name: "C", host: `h${i + 1}`, port: 9093 }],
        kraftVersions: { min: 0, max: 1 },
      })),
    );
    const local = { id, directoryId: ZERO_UUID };
    this.quorum = new Quorum(
      local,
      TIMES,
      new SeededRandom(1),
      () => voters,
      (of) => voters.endpointsOf(of),
    );
    this.now = 0;
    this.quorum.initialize(stored, 0, 0);
  }

  run(script: string): void {
    for (const line of script.trim().split("\n")) {
      const [event, expected] = line.split("->").map((part) => part.trim());
      const answer = this.apply(event.split(/\s+/));
      assert.equal(`${answer}${this.describe()}`, expected, line.trim());
    }
  }

  private apply([event, ...given]: string[]): string {
    const { quorum } = this;
    const [a, b] = given.map(Number);
    switch (event) {
      case "at":
        this.now = a;
        quorum.tick(a);
        return "";
      case "nobody-leads":
        quorum.onNobodyLeads(this.now);
        return "";
      case "fetched":
        quorum.onFetched(this.now);
        return "";
      case "leader":
        return `${quorum.observe(a, b, [{ name: "C", host: `h${a}`, port: 9093 }], this.now)}: `;
      case "epoch":
        return `${quorum.observe(null, a, [], this.now)}: `;
      case "vote-for":
        return `${quorum.vote({ id: a, directoryId: ZERO_UUID }, given[1] !== "short", given[1] === "longer", false, this.now)}: `;
      case "pre-vote-for":
        return `${quorum.vote({ id: a, directoryId: ZERO_UUID }, given[1] !== "short", given[1] === "longer", true, this.now)}: `;
      case "granted":
        quorum.onAnswer(a, true, this.now);
        return "";
      case "rejected":
        quorum.onAnswer(a, false, this.now);
        return "";
      case "unreachable":
        quorum.onUnreachable(a, this.now);
        return "";
      case "durable":
        quorum.onOwnVoteDurable();
        return "";
      case "lead":
        quorum.becomeLeader(0, this.now);
        return "";
      case "ends":
        quorum.onLeaderEnds(
          given.map((id) => ({ id: Number(id), directoryId: ZERO_UUID })),
          this.now,
        );
        return "";
      default:
        throw new Error(`no event ${event}`);
    }
  }

  private describe(): string {
    const { state } = this.quorum;
    let text = `${state.name} ${state.epoch}`;
    if (state.leaderId !== null) text += ` leader ${state.leaderId}`;
    if (state.voted !== null) text += ` voted ${state.voted.id}`;
    return text;
  }
}

test("an election: pre-votes, the vote for itself once it is durable, votes, the lead", () => {
  new Script(1, 3).run(`
    nobody-leads    -> unattached 0
    at 0            -> prospective 0
    granted 2       -> candidate 1 voted 1
    granted 3       -> candidate 1 voted 1
    durable         -> candidate 1 voted 1
    lead            -> leader 1 leader 1 voted 1
    vote-for 2      -> false: leader 1 leader 1 voted 1
    pre-vote-for 2  -> false: leader 1 leader 1 voted 1
    epoch 1         -> known: leader 1 leader 1 voted 1
    leader 2 1      -> conflict: leader 1 leader 1 voted 1
    leader 2 2      -> changed: follower 2 leader 2
  `);
});

test("alone, a voter is elected without asking", () => {
  new Script(1, 1).run(`
    nobody-leads -> unattached 0
    at 0         -> candidate 1 voted 1
    durable      -> candidate 1 voted 1
    lead         -> leader 1 leader 1 voted 1
    at 100000    -> leader 1 leader 1 voted 1
  `);
});

test("a vote is given once in an epoch, to a log that is long enough, and never where a leader is known", () => {
  new Script(1, 3).run(`
    epoch 3             -> changed: unattached 3
    vote-for 2 short    -> false: unattached 3
    vote-for 3          -> true: unattached 3 voted 3
    vote-for 2          -> false: unattached 3 voted 3
    vote-for 3          -> true: unattached 3 voted 3
    pre-vote-for 3      -> true: unattached 3 voted 3
    leader 2 3          -> changed: follower 3 leader 2 voted 3
    vote-for 3          -> false: follower 3 leader 2 voted 3
    epoch 2             -> older: follower 3 leader 2 voted 3
  `);
});

test("a follower grants pre-votes until it has fetched, and again once its connection to the leader broke", () => {
  new Script(2, 3).run(`
    leader 1 5       -> changed: follower 5 leader 1
    pre-vote-for 3   -> true: follower 5 leader 1
    fetched          -> follower 5 leader 1
    pre-vote-for 3   -> false: follower 5 leader 1
    nobody-leads     -> follower 5 leader 1
    at 0             -> prospective 5 leader 1
    leader 1 5       -> changed: follower 5 leader 1
    fetched          -> follower 5 leader 1
    nobody-leads     -> follower 5 leader 1
    pre-vote-for 3   -> true: follower 5 leader 1
    at 100           -> follower 5 leader 1
  `);
});

test("voters that see the same sign start one after another; a lost round is tried again soon", () => {
  new Script(3, 3).run(`
    leader 1 5       -> changed: follower 5 leader 1
    nobody-leads     -> follower 5 leader 1
    at 49            -> follower 5 leader 1
    at 50            -> prospective 5 leader 1
    unreachable 1    -> prospective 5 leader 1
    rejected 2       -> prospective 5 leader 1
    at 99            -> prospective 5 leader 1
    at 201           -> follower 5 leader 1
    nobody-leads     -> follower 5 leader 1
    at 250           -> follower 5 leader 1
    at 352           -> prospective 5 leader 1
    granted 2        -> candidate 6 voted 3
  `);
});

test("of two that stand at the same time one gives way: the lower id goes on, or the longer log", () => {
  new Script(1, 3).run(`
    leader 3 5          -> changed: follower 5 leader 3
    nobody-leads        -> follower 5 leader 3
    at 0                -> prospective 5 leader 3
    pre-vote-for 2      -> false: prospective 5 leader 3
    pre-vote-for 2 longer -> true: follower 5 leader 3
    pre-vote-for 3      -> false: follower 5 leader 3
    at 250              -> follower 5 leader 3
    pre-vote-for 3      -> true: follower 5 leader 3
  `);
  new Script(2, 3).run(`
    leader 3 5          -> changed: follower 5 leader 3
    nobody-leads        -> follower 5 leader 3
    at 50               -> prospective 5 leader 3
    pre-vote-for 1      -> true: follower 5 leader 3
  `);
});

test("who got the vote has a second to make itself known, unless it is gone", () => {
  new Script(3, 3).run(`
    epoch 6             -> changed: unattached 6
    vote-for 1          -> true: unattached 6 voted 1
    at 999              -> unattached 6 voted 1
    pre-vote-for 2      -> false: unattached 6 voted 1
    unreachable 1       -> unattached 6 voted 1
    pre-vote-for 2      -> true: unattached 6 voted 1
  `);
});

test("silence of the leader is judged by the fetch timeout", () => {
  new Script(2, 3).run(`
    leader 1 5  -> changed: follower 5 leader 1
    at 1999     -> follower 5 leader 1
    fetched     -> follower 5 leader 1
    at 3998     -> follower 5 leader 1
    at 3999     -> prospective 5 leader 1
  `);
});

test("a leader that no majority fetches from resigns, and does not vote or lead in that epoch again", () => {
  new Script(1, 3).run(`
    nobody-leads    -> unattached 0
    at 0            -> prospective 0
    granted 2       -> candidate 1 voted 1
    granted 2       -> candidate 1 voted 1
    durable         -> candidate 1 voted 1
    lead            -> leader 1 leader 1 voted 1
    at 2999         -> leader 1 leader 1 voted 1
    at 3000         -> resigned 1 leader 1 voted 1
    vote-for 2      -> false: resigned 1 leader 1 voted 1
    leader 2 1      -> conflict: resigned 1 leader 1 voted 1
    at 5001         -> unattached 2
  `);
});

test("who led or stood before a restart does neither in that epoch after it", () => {
  const voted = { id: 1, directoryId: ZERO_UUID };
  new Script(1, 3, { epoch: 7, leaderId: 1, voted }).run(`
    vote-for 2    -> false: resigned 7 leader 1 voted 1
    nobody-leads  -> resigned 7 leader 1 voted 1
    pre-vote-for 2 -> true: resigned 7 leader 1 voted 1
    at 249        -> resigned 7 leader 1 voted 1
    at 250        -> unattached 8
    at 250        -> prospective 8
  `);
  new Script(1, 3, { epoch: 7, leaderId: null, voted }).run(`
    vote-for 2    -> false: unattached 7 voted 1
    leader 1 7    -> changed: unattached 8
  `);
});

test("when a leader ends its epoch, those that it prefers start first", () => {
  new Script(2, 3).run(`
    leader 1 5  -> changed: follower 5 leader 1
    fetched     -> follower 5 leader 1
    ends 2 3    -> follower 5 leader 1
    at 0        -> prospective 5 leader 1
  `);
  new Script(3, 3).run(`
    leader 1 5  -> changed: follower 5 leader 1
    ends 2 3    -> follower 5 leader 1
    at 499      -> follower 5 leader 1
    at 500      -> prospective 5 leader 1
  `);
});

test("an observer never stands for election", () => {
  new Script(9, 3).run(`
    nobody-leads -> unattached 0
    at 100000    -> unattached 0
    leader 1 5   -> changed: follower 5 leader 1
    nobody-leads -> follower 5 leader 1
    at 200000    -> follower 5 leader 1
  `);
});
