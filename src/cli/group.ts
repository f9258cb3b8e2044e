import { Command } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";
import type { ResetTarget } from "../cluster/groups.js";
import { assignment, each, integer, nameOf } from "./options.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

interface ResetOptions extends Common {
  readonly topic: string[];
  readonly allTopics?: boolean;
  readonly toEarliest?: boolean;
  readonly toLatest?: boolean;
  readonly toOffset?: number;
  readonly shiftBy?: number;
  readonly toDatetime?: number;
  readonly dryRun?: boolean;
}

export function define(): Command {
  const group = new Command("group").description("consumer groups: who reads, how far, and from where on");
  forCluster(group.command("list").description("all groups")).action(list);
  forCluster(
    group
      .command("describe")
      .description("members, committed positions and lag")
      .argument("<group...>", "their names", each(nameOf("group")))
      .addHelpText("after", '\nExample:\n  holdfast group describe billing --json | jq ".[0].positions[].lag"'),
  ).action(describe);
  forCluster(
    group
      .command("create")
      .description("commit first positions for a group that has no consumers yet")
      .argument("<group>", "its name", nameOf("group")),
  )
    .option("--topic <topic>", "TOPIC or TOPIC:0,1 (needed); may be given several times", each(placeOf), [])
    .option("--to-earliest", "at the oldest record")
    .option("--to-latest", "at the end (the default)")
    .addHelpText("after", "\nExample:\n  holdfast group create billing --topic orders --to-earliest")
    .action(create);
  forCluster(
    group
      .command("alter")
      .description("set a config of a group; NAME= puts it back to its default")
      .argument("<group>", "its name", nameOf("group"))
      .argument("<name=value...>", "its configs", each(assignment(""))),
  )
    .addHelpText("after", "\nExample:\n  holdfast group alter billing consumer.session.timeout.ms=30000")
    .action(alter);
  forCluster(
    group
      .command("delete")
      .description("forget groups, or (with --topic) only their positions in a topic")
      .argument("<group...>", "their names", each(nameOf("group"))),
  )
    .option(
      "--topic <topic>",
      "TOPIC or TOPIC:0,1: forget only these positions; may be given several times",
      each(placeOf),
      [],
    )
    .action(remove);
  forCluster(
    group
      .command("reset")
      .description("set where a group without members goes on")
      .argument("<group>", "its name", nameOf("group")),
  )
    .option("--topic <topic>", "TOPIC or TOPIC:0,1; may be given several times", each(placeOf), [])
    .option("--all-topics", "all that the group has committed for")
    .option("--to-earliest", "to the oldest record")
    .option("--to-latest", "to the end")
    .option("--to-offset <offset>", "to this offset", integer("--to-offset", 0, Number.MAX_SAFE_INTEGER))
    .option("--shift-by <count>", "forwards, or backwards when negative", integer("--shift-by", -1e15, 1e15))
    .option(
      "--to-datetime <time>",
      "to the first record at or after it: 2026-01-31T12:00:00Z (local time without Z)",
      timeOf,
    )
    .option("--dry-run", "print what would be done, and do nothing")
    .addHelpText(
      "after",
      `
What lies outside of the log becomes its nearest end.

Examples:
  holdfast group reset billing --topic orders --to-earliest --dry-run
  holdfast group reset billing --topic orders:0,2 --shift-by -10
  holdfast group reset billing --all-topics --to-datetime 2026-01-31T12:00:00Z`,
    )
    .action(reset);
  return group;
}

async function list(options: Common): Promise<void> {
  await withAdmin(options, async (admin) => {
    const [{ listGroups }, { print, printJson, table }] = await both();
    const groups = await listGroups(admin);
    if (options.json) printJson(groups);
    else if (groups.length > 0) {
      const rows = groups.map((each) => [each.group, each.state, each.type, each.protocolType, each.coordinator]);
      print(table(["group", "state", "type", "protocol", "coordinator"], rows));
    }
  });
}

async function describe(names: readonly string[], options: Common): Promise<void> {
  await withAdmin(options, async (admin) => {
    const [{ describeGroup }, { print, printJson, table }] = await both();
    const groups = [];
    for (const name of names) groups.push(await describeGroup(admin, name));
    if (options.json) return printJson(groups);
    for (const each of groups) {
      const count = `${each.members.length} member${each.members.length === 1 ? "" : "s"}`;
      print(`${each.group}: ${each.state}, ${count}, coordinator ${each.coordinator}\n`);
      const clientOf = new Map(each.members.map((member) => [member.memberId, `${member.clientId} ${member.host}`]));
      const rows = each.positions.map(({ topic, partition, committed, end, lag, memberId }) => [
        topic,
        partition,
        String(committed ?? "-"),
        end,
        String(lag ?? "-"),
        memberId === null ? "-" : (clientOf.get(memberId) ?? memberId),
      ]);
      if (rows.length > 0) print(`${table(["topic", "partition", "committed", "end", "lag", "read by"], rows)}\n`);
    }
  });
}

async function create(name: string, options: ResetOptions): Promise<void> {
  if (options.topic.length === 0) throw new Failure("Which topics?", "Say --topic TOPIC.", ExitCode.usage);
  if (options.toEarliest && options.toLatest)
    throw new Failure("--to-earliest and --to-latest exclude each other.", "", ExitCode.usage);
  await move(name, options, { kind: options.toEarliest ? "earliest" : "latest" });
}

async function reset(name: string, options: ResetOptions): Promise<void> {
  const target = targetOf(options);
  if (options.topic.length === 0 && !options.allTopics)
    throw new Failure("Which topics?", "Say --topic TOPIC, or --all-topics.", ExitCode.usage);
  if (options.topic.length > 0 && options.allTopics)
    throw new Failure("--topic and --all-topics exclude each other.", "", ExitCode.usage);
  await move(name, options, target);
}

async function move(name: string, options: ResetOptions, target: ResetTarget): Promise<void> {
  const topics = options.topic.length === 0 ? null : options.topic.map(topicAndPartitions);
  await withAdmin(options, async (admin) => {
    const [{ planReset, commitPositions, describeGroup, hasMembers, listGroups }, { note, print, printJson, table }] =
      await both();
    if ((await listGroups(admin)).some((each) => each.group === name)) {
      const { members } = await describeGroup(admin, name);
      if (members.length > 0) throw hasMembers(name);
    }
    const resets = await planReset(admin, name, topics, target);
    if (options.dryRun !== true) await commitPositions(admin, name, resets);
    if (options.json) printJson({ group: name, dryRun: options.dryRun === true, positions: resets });
    else {
      const rows = resets.map((each) => [each.topic, each.partition, String(each.before ?? "-"), each.after]);
      print(table(["topic", "partition", "before", "after"], rows));
      if (options.dryRun) note("Nothing was changed (--dry-run).");
    }
  });
}

async function alter(name: string, words: readonly string[], options: Common): Promise<void> {
  const { alterResource } = await import("./config.js");
  await alterResource({ type: "group", name }, words, [], options);
}

async function remove(names: readonly string[], options: Common & { readonly topic: string[] }): Promise<void> {
  const topics = options.topic.map(topicAndPartitions);
  await withAdmin(options, async (admin) => {
    const [{ deleteGroup, deletePositions }, { print, printJson }] = await both();
    for (const name of names) {
      if (topics.length === 0) await deleteGroup(admin, name);
      for (const { topic, partitions } of topics) await deletePositions(admin, name, topic, partitions);
    }
    if (options.json) printJson({ deleted: names, topics: options.topic });
    else if (topics.length === 0) print(`Deleted ${names.join(", ")}.`);
    else print(`${names.join(", ")}: forgot the positions in ${options.topic.join(", ")}.`);
  });
}

function both() {
  return Promise.all([import("../cluster/groups.js"), import("./output.js")]);
}

function targetOf(options: ResetOptions): ResetTarget {
  const targets: ResetTarget[] = [];
  if (options.toEarliest) targets.push({ kind: "earliest" });
  if (options.toLatest) targets.push({ kind: "latest" });
  if (options.toOffset !== undefined) targets.push({ kind: "offset", by: options.toOffset });
  if (options.shiftBy !== undefined) targets.push({ kind: "shift", by: options.shiftBy });
  if (options.toDatetime !== undefined) targets.push({ kind: "time", ms: options.toDatetime });
  if (targets.length === 1) return targets[0];
  throw new Failure(
    targets.length === 0 ? "Where to?" : "Only one target can be given.",
    "Say one of --to-earliest, --to-latest, --to-offset, --shift-by, --to-datetime.",
    ExitCode.usage,
  );
}

function timeOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new Failure(`--to-datetime ${text}: not a time.`, "Write it as 2026-01-31T12:00:00Z.", ExitCode.usage);
}

function placeOf(text: string): string {
  topicAndPartitions(text);
  return text;
}

/** `TOPIC` or `TOPIC:0,2`. */
function topicAndPartitions(text: string): { topic: string; partitions: number[] | null } {
  const at = text.lastIndexOf(":");
  if (at < 0 && text !== "") return { topic: text, partitions: null };
  const words = text.slice(at + 1).split(",");
  if (at <= 0 || !words.every((word) => /^\d{1,6}$/.test(word)))
    throw new Failure(`--topic ${text}: neither TOPIC nor TOPIC:0,1.`, "", ExitCode.usage);
  return { topic: text.slice(0, at), partitions: words.map(Number) };
}
