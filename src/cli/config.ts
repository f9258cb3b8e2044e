import { Command } from "commander";
import type { ConfigChange, ConfigReport, Resource } from "../cluster/configs.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { assignment, each, nameOf, text } from "./options.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

const RESOURCES = `
What has configs: topic/NAME, broker/ID, broker (the defaults of all), group/NAME, broker-logger/ID, client-metrics/NAME.`;

export function define(): Command {
  const config = new Command("config").description("configs of topics, brokers and groups");
  forCluster(config.command("list").description("what has configs")).action(list);
  forCluster(
    config
      .command("describe")
      .description("the configs that are set, or (--all) every one with its source")
      .argument("<resource>", "such as topic/orders"),
  )
    .option("--all", "defaults too")
    .addHelpText("after", `${RESOURCES}\n\nExample:\n  holdfast config describe topic/orders --all`)
    .action(describe);
  forCluster(
    config
      .command("alter")
      .alias("create")
      .description("set configs")
      .argument("<resource>", "such as topic/orders")
      .argument("[name=value...]", "what is set", each(assignment(""))),
  )
    .option("--delete <name>", "put one back to its default; may be given several times", each(text("--delete")), [])
    .addHelpText(
      "after",
      `${RESOURCES}\n
Examples:
  holdfast config alter topic/orders retention.ms=60000 cleanup.policy=compact
  holdfast config alter topic/orders --delete retention.ms
  holdfast config alter broker log.retention.ms=3600000`,
    )
    .action((resource: string, words: readonly string[], options: Common & { delete: string[] }) =>
      alter(resource, words, options.delete, options),
    );
  forCluster(
    config
      .command("delete")
      .description("put configs back to their defaults")
      .argument("<resource>", "such as topic/orders")
      .argument("<name...>", "what is reset", each(nameOf("config"))),
  )
    .addHelpText("after", "\nExample:\n  holdfast config delete topic/orders retention.ms")
    .action((resource: string, names: readonly string[], options: Common) => alter(resource, [], names, options));
  return config;
}

async function list(options: Common): Promise<void> {
  await withAdmin(options, async (admin) => {
    const { listConfigResources } = await import("../cluster/configs.js");
    const { print, printJson } = await import("./output.js");
    const resources = await listConfigResources(admin);
    if (options.json) printJson(resources);
    else for (const { type, name } of resources) print(name === "" ? type : `${type}/${name}`);
  });
}

/** Those that somebody set, not what comes with the release or with the broker's file. */
function isSet({ source }: ConfigReport, resource: Resource): boolean {
  if (source === "default" || source === "unknown") return false;
  return resource.type === "broker" || source !== "server.properties";
}

async function describe(text: string, options: Common & { readonly all?: boolean }): Promise<void> {
  const { parseResource, describeConfigs } = await import("../cluster/configs.js");
  const resource = parseResource(text);
  await withAdmin(options, async (admin) => {
    const { print, printJson, table } = await import("./output.js");
    const configs = await describeConfigs(admin, resource);
    const shown = options.all ? configs : configs.filter((each) => isSet(each, resource));
    if (options.json) printJson(shown);
    else if (shown.length > 0) {
      const rows = shown.map((each) => [
        each.name,
        each.sensitive ? "(secret)" : String(each.value ?? ""),
        each.source,
        each.readOnly ? "read-only" : "",
      ]);
      print(table(["name", "value", "set by", ""], rows));
    }
  });
}

async function alter(
  text: string,
  words: readonly string[],
  deleted: readonly string[],
  options: Common,
): Promise<void> {
  const { parseResource } = await import("../cluster/configs.js");
  await alterResource(parseResource(text), words, deleted, options);
}

/** Also what `topic alter` and `group alter` do; an empty value is a default. */
export async function alterResource(
  resource: Resource,
  words: readonly string[],
  deleted: readonly string[],
  options: Common,
): Promise<void> {
  const { alterConfigs } = await import("../cluster/configs.js");
  const changes = await configChanges(words, deleted);
  if (changes.length === 0)
    throw new Failure("Nothing to alter.", "Write NAME=VALUE, or --delete NAME.", ExitCode.usage);
  await withAdmin(options, async (admin) => {
    const { print, printJson } = await import("./output.js");
    await alterConfigs(admin, resource, changes);
    if (options.json) printJson({ type: resource.type, name: resource.name, changed: changes });
    else print(changesText(resource, changes));
  });
}

/** What NAME=VALUE words and names to be deleted ask for. */
export async function configChanges(words: readonly string[], deleted: readonly string[]): Promise<ConfigChange[]> {
  const { parseAssignments } = await import("../cluster/assignments.js");
  const changes: ConfigChange[] = Object.entries(parseAssignments(words, "")).map(([name, value]) => ({
    name,
    value: value === "" ? null : value,
  }));
  for (const name of deleted) {
    if (changes.some((change) => change.name === name))
      throw new Failure(`${name} is given twice.`, "Set it, or --delete it.", ExitCode.usage);
    changes.push({ name, value: null });
  }
  return changes;
}

export function changesText(resource: Resource, changes: readonly ConfigChange[]): string {
  const what = resource.name === "" ? resource.type : `${resource.type}/${resource.name}`;
  return `${what}: ${changes.map(({ name, value }) => `${name} ${value === null ? "by default" : `= ${value}`}`).join(", ")}.`;
}
