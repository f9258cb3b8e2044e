import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { ExitCode, Failure } from "../cluster/failure.js";
import type { ExtraListener } from "../cluster/plan.js";

export interface ListenerOptions {
  readonly listen?: string;
  readonly advertise: readonly string[];
  readonly docker?: boolean;
  readonly allowPlaintext?: boolean;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;
const WILDCARDS = new Set(["0.0.0.0", "::"]);
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;
const DOCKER_HOST = "host.docker.internal";

/** Where clients that are not on this machine's loopback address reach the brokers; throws a usage `Failure`. */
export function extraListeners(options: ListenerOptions, interfaces = networkInterfaces()): ExtraListener[] {
  const { listen, advertise } = options;
  for (const host of advertise) {
    if (!HOST_NAME.test(host) && isIP(host) === 0)
      throw usage(
        `--advertise ${host}: neither a host name nor an address.`,
        "Write the name that clients use, without a port.",
      );
  }
  if (listen !== undefined) checkAddress(listen, interfaces);
  const bind = listen ?? "0.0.0.0";
  const found: ExtraListener[] = advertise.map((host) => ({ bind, host }));
  if (listen !== undefined && advertise.length === 0 && listen !== "127.0.0.1" && listen !== "localhost")
    found.push({ bind: listen, host: WILDCARDS.has(listen) ? ownAddress(interfaces) : listen });
  const open = found.find((each) => !LOOPBACK.test(each.bind));
  if (open !== undefined && options.allowPlaintext !== true) {
    const what =
      listen === undefined ? `--advertise ${open.host} listens on every address of this machine` : `--listen ${listen}`;
    throw usage(
      `${what}: whoever reaches that port can read and write everything, unencrypted and unasked.`,
      "Add --allow-plaintext if the network is yours alone.",
    );
  }
  if (options.docker) found.push({ bind: dockerAddress(interfaces), host: DOCKER_HOST });
  return found;
}

type Interfaces = ReturnType<typeof networkInterfaces>;

function checkAddress(listen: string, interfaces: Interfaces): void {
  if (WILDCARDS.has(listen) || LOOPBACK.test(listen)) return;
  const own = Object.values(interfaces).flatMap((each) => each?.map(({ address }) => address) ?? []);
  if (own.includes(listen)) return;
  throw usage(
    `--listen ${listen}: ${isIP(listen) === 0 ? "not an address" : "not an address of this machine"}.`,
    `There are ${[...new Set(own)].join(", ")}, and 0.0.0.0 for all.`,
  );
}

function ownAddress(interfaces: Interfaces): string {
  for (const each of Object.values(interfaces)) {
    const found = each?.find(({ family, internal }) => family === "IPv4" && !internal);
    if (found !== undefined) return found.address;
  }
  throw usage(
    "This machine has no address but loopback.",
    "Say under which name clients reach it, with --advertise HOST.",
  );
}

/** On Linux the bridge that containers and this machine share; elsewhere Docker leads the name to the loopback address. */
function dockerAddress(interfaces: Interfaces): string {
  if (process.platform !== "linux") return "127.0.0.1";
  const bridge = interfaces.docker0?.find(({ family }) => family === "IPv4");
  if (bridge !== undefined) return bridge.address;
  throw usage(
    "--docker: this machine has no interface docker0, so where containers would come from is not known.",
    `Use --advertise ${DOCKER_HOST} --allow-plaintext, which listens on every address.`,
  );
}

function usage(message: string, advice: string): Failure {
  return new Failure(message, advice, ExitCode.usage);
}
