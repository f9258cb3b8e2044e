import { control, type FaultVerb } from "../cluster/control.js";
import { messageOf } from "../cluster/failure.js";
import type { LocalCluster } from "../cluster/local-cluster.js";
import { note } from "./output.js";

const HELP = `
  1–9  select a broker, then  k kill it (SIGKILL)   r restart it   p pause it (SIGSTOP)   c let it go on
  o    open the console       s  what runs          q quit
`;

/** Single keys of the terminal in the foreground. Returns what gives the terminal back. */
export function listenToKeys(
  cluster: LocalCluster,
  consoleUrl: string | null,
  open: (url: string) => Promise<void>,
  quit: () => void,
): () => void {
  let selected: number | null = null;
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.resume();
  stdin.setEncoding("utf8");
  stdin.on("data", onKeys);
  return () => {
    stdin.off("data", onKeys);
    stdin.setRawMode(false);
    stdin.pause();
  };

  function onKeys(keys: string): void {
    for (const key of keys) onKey(key);
  }

  function onKey(key: string): void {
    // In raw mode the terminal does not turn Ctrl-C into a signal.
    if (key === "q" || key === "\u0003" || key === "\u0004") quit();
    else if (key === "h" || key === "?") note(HELP);
    else if (key === "s") showProcesses();
    else if (key === "o") openConsole();
    else if (key >= "1" && key <= "9") {
      selected = Number(key);
      note(`Broker ${selected}: k kill, r restart, p pause, c go on.`);
    } else {
      const verb = VERBS[key];
      if (verb !== undefined) carryOut(verb);
    }
  }

  function showProcesses(): void {
    for (const { plan, state, pid } of cluster.brokers) note(`Broker ${plan.id}: ${state}, process ${pid ?? "none"}.`);
  }

  function openConsole(): void {
    if (consoleUrl === null) note("There is no console (--no-console).");
    else void open(consoleUrl);
  }

  function carryOut(verb: FaultVerb): void {
    if (selected === null) {
      note("Select a broker first: press its number.");
      return;
    }
    control(cluster, { verb, broker: selected }).then(
      ([report]) => note(`Broker ${report.broker} (process ${report.pid ?? "none"}) is ${report.state}.`),
      (error) => note(messageOf(error)),
    );
  }
}

const VERBS: Record<string, FaultVerb | undefined> = { k: "kill", r: "restart", p: "pause", c: "heal" };
