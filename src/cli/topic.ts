import { Command } from "commander";
import type { Admin } from "../cluster/admin.js";
import { type ClusterChoice, clusterOptions, collect, jsonOption, wholeNumber } from "./options.js";

interface TopicOptions extends ClusterChoice {
  readonly json?: boolean;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config: string[];
  readonly ifNotExists?: boolean;
}

export function define(): Command {
  const topic = new Command("topic").description("list, describe, create and delete topics");
  withCluster(topic.command("list").description("the names of all topics")).action(list);
  withCluster(topic.command("describe").description("partitions, leaders and replicas").argument("[topic...]")).action(
    describe,
  );
  withCluster(
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
    .option("--config <name=value>", "a configuration of the topic; may be given several times", collect, [])
    .option("--if-not-exists", "do nothing when it exists")
    .action(create);
  withCluster(
    topic.command("delete").description("delete topics with all their records").argument("<topic...>"),
  ).action(remove);
  return topic;
}

function withCluster(command: Command): Command {
  for (const option of [...clusterOptions(), jsonOption()]) command.addOption(option);
  return command;
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
  if (options.partitions !== undefined) spec.partitions = options.partitions;
  if (options.replicationFactor !== undefined) spec.replicationFactor = options.replicationFactor;
  const configs = parseAssignments(options.config, "--config");
  await withAdmin(options, async (admin) => {
    const { print, printJson } = await import("./output.js");
    const topic = await createTopic(admin, spec, configs, options.ifNotExists === true);
    const what = topic.created ? "Created" : "There is already";
    if (options.json) printJson(topic);
    else print(`${what} ${topic.name}: ${topic.partitions} partitions, replication factor ${topic.replicationFactor}.`);
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

async function withAdmin(choice: ClusterChoice, work: (admin: Admin) => Promise<void>): Promise<void> {
  const { chosenBootstrapServers } = await import("./which-cluster.js");
  const { Admin } = await import("../cluster/admin.js");
  const admin = await Admin.connect(await chosenBootstrapServers(choice));
  try {
    await work(admin);
  } finally {
    admin.close();
  }
}
