import type { HttpAddress } from "../cluster/broker-link.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import type { ClusterChoice } from "./options.js";

export interface ListenerChoice extends ClusterChoice {
  /** HOST:PORT,…: instead of those of a cluster that `holdfast up` runs. */
  readonly http?: string;
  /** Only this one. */
  readonly broker?: number;
}

/** The brokers whose events are to be heard. Throws a `Failure` when there are none. */
export async function brokerListeners(options: ListenerChoice): Promise<HttpAddress[]> {
  if (options.http !== undefined) {
    const [{ parseBootstrapServers }, { probeClock }] = await Promise.all([
      import("../cluster/addresses.js"),
      import("../cluster/clock-probe.js"),
    ]);
    // Each says who it is; one that does not answer now is named by its place.
    return Promise.all(
      parseBootstrapServers(options.http).map(async ({ host, port }, index) => {
        const told = await probeClock({ host, port }, 1);
        return { broker: told?.broker ?? index + 1, host, port };
      }),
    );
  }
  const [{ chosenCluster }, { requireHttp }] = await Promise.all([
    import("./which-cluster.js"),
    import("../cluster/event-source.js"),
  ]);
  const { brokers } = await chosenCluster(options);
  requireHttp(brokers.map(({ httpPort }) => httpPort));
  const found = brokers.flatMap(({ id, host, httpPort }) =>
    httpPort === null || (options.broker ?? id) !== id ? [] : [{ broker: id, host, port: httpPort }],
  );
  if (found.length > 0) return found;
  const ids = brokers.map(({ id }) => id).join(", ");
  throw new Failure(`There is no broker ${options.broker}; there are ${ids}.`, "", ExitCode.usage);
}
