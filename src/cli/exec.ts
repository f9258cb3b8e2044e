import { Command } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";
import { onNpmGone } from "./npm-shell.js";
import { addClusterShape, type UpOptions } from "./up.js";

export function define(): Command {
  return addClusterShape(
    new Command("exec")
      .description(
        "start a cluster, run a command with KAFKA_BROKERS set, stop the cluster; its exit code is the command's",
      )
      .argument("<command...>", "what to run, after --"),
  )
    .passThroughOptions()
    .addHelpText("after", "\nExample:\n  holdfast exec --topic orders:3 -- npm test")
    .action(async (words: string[], options: UpOptions) => {
      const parent = process.ppid;
      const [{ LocalCluster }, { clusterOptionsFrom }, { spawn }] = await Promise.all([
        import("../cluster/local-cluster.js"),
        import("./cluster-options.js"),
        import("node:child_process"),
      ]);
      const shape = await clusterOptionsFrom(options, null);
      // Nobody reads a banner here: ports that are free, unless some were asked for.
      const cluster = await LocalCluster.start({ ...shape, anyPort: shape.port === 9092 && shape.dataDir === null });
      const held = (): void => undefined;
      try {
        const [file, ...args] = words;
        const env = {
          ...process.env,
          KAFKA_BROKERS: cluster.bootstrapServers,
          KAFKA_BOOTSTRAP_SERVERS: cluster.bootstrapServers,
        };
        const child = spawn(file, args, { stdio: "inherit", env });
        // A terminal gives Ctrl-C to the command too; TERM is passed on. The cluster stops after it.
        process.on("SIGINT", held);
        process.on("SIGTERM", () => child.kill("SIGTERM"));
        onNpmGone(parent, () => child.kill("SIGTERM"));
        process.exitCode = await new Promise<number>((resolve, reject) => {
          child.once("error", (error) =>
            reject(new Failure(`${file} could not be started: ${error.message}.`, "", ExitCode.failure)),
          );
          child.once("exit", (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0)));
        });
      } finally {
        await cluster.stopNow();
        process.off("SIGINT", held);
      }
    });
}

/** As shells number them in exit codes. */
const SIGNAL_NUMBERS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
