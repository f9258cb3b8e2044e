import { Command } from "commander";
import { ExitCode, Failure } from "../cluster/failure.js";
import { assignment, each, topicName, wholeNumber } from "./options.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

interface TopicOptions extends Common {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config: string[];
  readonly ifNotExists?: boolean;
}

export function define(): Command {
  const topic = new Command("topic").description("list, describe, create, alter and delete topics");
  forCluster(topic.command("list").description("the names of all topics")).action(list);
  forCluster(
    topic
      .command("describe")
      .description("partitions, leaders and replicas")
      .argument("[topic...]", "all without", each(topicName)),
  ).action(describe);
  forCluster(
    topic
      .command("create")
      .description("create a topic")
      .argument("<topic>", "NAME, or NAME:PARTITIONS:REPLICATION-FACTOR"),
  )
    .option(
      "--partitions <count>",
      "how many partitions (default: the broker's num.partitions)",
      wholeNumber("--partitions", 1, 10_000),
    )
    .option(
      "--replication-factor <count>",
      "how many copies (default: the broker's default.replication.factor)",
      wholeNumber("--replication-factor", 1, 100),
    )
    .option(
      "--config <name=value>",
      "a configuration of the topic; may be given several times",
      each(assignment("--config")),
      [],
    )
    .option("--if-not-exists", "do nothing when it exists")
    .addHelpText(
      "after",
      `
Examples:
  holdfast topic create orders:6:3
  holdfast topic create prices --partitions 1 --config cleanup.policy=compact`,
    )
    .action(create);
  forCluster(
    topic.command("alter").description("more partitions, or other configs").argument("<topic>", "its name", topicName),
  )
    .option("--partitions <count>", "how many it is to have: more than now", wholeNumber("--partitions", 1, 10_000))
    .option(
      "--config <name=value>",
      "a configuration; NAME= puts it back to its default",
      each(assignment("--config")),
      [],
    )
    .addHelpText(
      "after",
      `
Examples:
  holdfast topic alter orders --partitions 12      keys then go to other partitions than before
  holdfast topic alter orders --config retention.ms=60000`,
    )
    .action(alter);
  forCluster(
    topic
      .command("delete")
      .description("delete topics with all their records")
      .argument("<topic...>", "their names", each(topicName)),
  ).action(remove);
  return topic;
}

async function list(options: TopicOptions): Promise<void> {
  await withAdmin(options, async (admin) => {
    const { describeTopics } = await import("../cluster/topics.js");
    const { print, printJson, table } = await import("./output.js");
    const topics = (await describeTopics(admin, null)).map((topic) => ({
      name: topic.name,
      partitions: topic.partitions.length,
      replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
      internal: topic.isInternal,
    }));
    if (options.json) printJson(topics);
    else if (topics.length > 0) {
      const rows = topics.map((topic) => [topic.name, topic.partitions, topic.replicationFactor]);
      print(table(["topic", "partitions", "replication factor"], rows));
    }
  });
}

async function describe(names: readonly string[], options: TopicOptions): Promise<void> {
  await withAdmin(options, async (admin) => {
    const { describeTopics } = await import("../cluster/topics.js");
    const { print, printJson, table } = await import("./output.js");
    const topics = await describeTopics(admin, names.length === 0 ? null : names);
    if (options.json) return printJson(topics);
    for (const topic of topics) {
      print(`${topic.name}  ${topic.topicId}`);
      const rows = topic.partitions.map((each) => [
        each.partition,
        String(each.leader ?? "none"),
        each.leaderEpoch,
        each.replicas.join(","),
        each.isr.join(","),
      ]);
      print(`${table(["partition", "leader", "epoch", "replicas", "isr"], rows)}\n`);
    }
  });
}

async function create(name: string, options: TopicOptions): Promise<void> {
  const { parseTopicSpec } = await import("../cluster/topic-spec.js");
  const { createTopic } = await import("../cluster/topics.js");
  const { parseAssignments } = await import("../cluster/assignments.js");
  const spec = parseTopicSpec(name);
  spec.partitions = oneOf(spec.partitions, options.partitions, "--partitions", name);
  spec.replicationFactor = oneOf(spec.replicationFactor, options.replicationFactor, "--replication-factor", name);
  const configs = parseAssignments(options.config, "--config");
  await withAdmin(options, async (admin) => {
    const { print, printJson } = await import("./output.js");
    const topic = await createTopic(admin, spec, configs, options.ifNotExists === true);
    const what = topic.created ? "Created" : "There is already";
    if (options.json) printJson(topic);
    else print(`${what} ${topic.name}: ${topic.partitions} partitions, replication factor ${topic.replicationFactor}.`);
  });
}

/** What the topic's own text says and what an option says may not contradict each other. */
function oneOf(inText: number | null, given: number | undefined, option: string, text: string): number | null {
  if (given === undefined) return inText;
  if (inText === null || inText === given) return given;
  throw new Failure(`${option} ${given}: "${text}" says ${inText}.`, "Say it once.", ExitCode.usage);
}

async function alter(name: string, options: TopicOptions): Promise<void> {
  const { partitions } = options;
  if (partitions === undefined && options.config.length === 0)
    throw new Failure("Nothing to alter.", "Give --partitions or --config NAME=VALUE.", ExitCode.usage);
  const { changesText, configChanges } = await import("./config.js");
  const resource = { type: "topic", name } as const;
  const changes = await configChanges(options.config, []);
  await withAdmin(options, async (admin) => {
    const { addPartitions } = await import("../cluster/topics.js");
    const { alterConfigs } = await import("../cluster/configs.js");
    const { print, printJson } = await import("./output.js");
    const hasChanges = changes.length > 0;
    // A config that is refused leaves the number of partitions alone.
    if (hasChanges && partitions !== undefined) await alterConfigs(admin, resource, changes, true);
    if (partitions !== undefined) await addPartitions(admin, name, partitions);
    if (hasChanges) await alterConfigs(admin, resource, changes);
    if (options.json) {
      printJson({
        type: hasChanges ? "topic" : undefined,
        name,
        partitions,
        changed: hasChanges ? changes : undefined,
      });
      return;
    }
    if (partitions !== undefined) print(`${name} has ${partitions} partitions.`);
    if (hasChanges) print(changesText(resource, changes));
  });
}

async function remove(names: readonly string[], options: TopicOptions): Promise<void> {
  await withAdmin(options, async (admin) => {
    const { deleteTopics } = await import("../cluster/topics.js");
    const { print, printJson } = await import("./output.js");
    await deleteTopics(admin, names);
    if (options.json) printJson({ deleted: names });
    else print(`Deleted ${names.join(", ")}.`);
  });
}
