import type { Ports } from "../ports/index.js";
import { type RequestFault, RequestFaults } from "../server/request-faults.js";
import { FAULTS_VARIABLE, type FaultState, NO_FAULTS } from "./fault-state.js";
import { FaultableDisk } from "./faultable-disk.js";
import { FaultableNetwork } from "./faultable-network.js";

/** The ports of a broker that can be made to fail, and the switch. Brokers that nobody breaks have neither. */
export class NodeFaults {
  readonly requests: RequestFaults;
  private readonly network: FaultableNetwork;
  private readonly disk: FaultableDisk;

  /** `ports` may be gated: what waits here waits by their timers, and ends with them. */
  constructor(ports: Ports, state: FaultState) {
    this.network = new FaultableNetwork(ports.network, ports.timers);
    this.disk = new FaultableDisk(ports.disk, ports.timers);
    this.requests = new RequestFaults(ports.timers);
    this.set(state);
  }

  /** The same ports, breakable. */
  wrap<P extends Ports>(ports: P): P {
    return { ...ports, network: this.network, disk: this.disk };
  }

  /** The whole of what holds from now on. */
  set(state: FaultState): void {
    this.network.setCuts(state.cuts);
    this.disk.msPerWrite = state.msPerWrite;
    this.requests.set(state.requests);
  }
}

/** Reads what was sent as JSON; throws an Error that says what is wrong with it. */
export function faultStateFrom(text: string): FaultState {
  const given = JSON.parse(text) as Partial<FaultState>;
  const { cuts = [], msPerWrite = 0, requests = [] } = given;
  if (!Array.isArray(cuts) || !cuts.every((cut) => Array.isArray(cut.ports)))
    throw new Error("`cuts` is no list of links");
  if (typeof msPerWrite !== "number" || !(msPerWrite >= 0))
    throw new Error("`msPerWrite` is no number of milliseconds");
  if (!Array.isArray(requests) || !requests.every(isRequestFault)) throw new Error("`requests` is no list of faults");
  return { cuts, msPerWrite, requests };
}

function isRequestFault({ id, type, apiKey }: RequestFault): boolean {
  return Number.isInteger(id) && ["error", "delay", "reset"].includes(type) && Number.isInteger(apiKey);
}

/** Who may break this broker, by HTTP on loopback; null: nobody, and nothing stands between it and its ports. */
export interface FaultPermit {
  /** Must come as a bearer token. */
  readonly token: string;
  readonly state: FaultState;
}

/** Takes the variable out of the environment, so that nothing that is started from here has it. */
export function takeFaultPermit(environment: NodeJS.ProcessEnv): FaultPermit | null {
  const text = environment[FAULTS_VARIABLE];
  delete environment[FAULTS_VARIABLE];
  if (text === undefined || text === "") return null;
  const { token, state } = JSON.parse(text) as Partial<FaultPermit>;
  if (typeof token !== "string" || token.length < 32)
    throw new Error(`${FAULTS_VARIABLE} has no token of 32 characters`);
  return { token, state: faultStateFrom(JSON.stringify(state ?? NO_FAULTS)) };
}
