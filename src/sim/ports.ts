import { crc32c, crc32cUpdate } from "../base/crc32c.js";
import type { SeededRandom } from "../base/random.js";
import { type Compression, CompressionError, type Digest, type Logger, type Ports } from "../ports/index.js";
import type { SimDisk } from "./disk/sim-disk.js";
import type { SimProcess } from "./kernel/process.js";
import type { Simulation } from "./kernel/simulation.js";
import { SimClock, SimLoop, SimTimers } from "./kernel/time.js";
import type { SimNetwork } from "./network/sim-network.js";

/** A program's ports in the simulated world. A client's process has no disk: touching it is an error. */
export function createSimPorts(
  simulation: Simulation,
  network: SimNetwork,
  disk: SimDisk | null,
  process: SimProcess,
  random: SeededRandom,
  logger: Logger,
): Ports {
  const diskPort = disk === null ? null : disk.portFor(process);
  return {
    clock: new SimClock(simulation, process),
    timers: new SimTimers(simulation, process),
    loop: new SimLoop(simulation, process),
    get disk() {
      if (diskPort === null) throw new Error(`${process.name} has no disk`);
      return diskPort;
    },
    network: network.portFor(process),
    random,
    compression: SIM_COMPRESSION,
    digest: SIM_DIGEST,
    logger,
  };
}

export const SIM_DIGEST: Digest = { crc32c, crc32cUpdate };

/** Stands for each codec: a mark that tells it, then the bytes as they are. Nothing of the simulator is about compression itself. */
export const SIM_COMPRESSION: Compression = {
  supports: () => true,
  compress(codec, bytes) {
    const out = new Uint8Array(bytes.length + 2);
    out[0] = 0x5a;
    out[1] = codec;
    out.set(bytes, 2);
    return out;
  },
  decompress(codec, bytes, maxBytes) {
    if (bytes.length < 2 || bytes[0] !== 0x5a || bytes[1] !== codec) throw new CompressionError("damaged");
    if (bytes.length - 2 > maxBytes) throw new CompressionError(`would grow beyond ${maxBytes} bytes`);
    return bytes.subarray(2);
  },
};
