import { Command } from "commander";
import { OPERATIONS } from "../cluster/acl-operations.js";
import type { Acl } from "../cluster/acls.js";
import { ExitCode, Failure } from "../cluster/failure.js";
import { text } from "./options.js";
import { type Common, forCluster, withAdmin } from "./with-admin.js";

interface AclOptions extends Common {
  readonly topic?: string;
  readonly group?: string;
  readonly transactionalId?: string;
  readonly onCluster?: boolean;
  readonly prefixed?: boolean;
  readonly principal?: string;
  readonly host?: string;
  readonly operation?: string;
  readonly deny?: boolean;
}

export function define(): Command {
  const acl = new Command("acl").description("who may do what, on clusters that have an authorizer");
  withResource(acl.command("list").alias("describe").description("the entries, all or those that match")).action(list);
  withResource(acl.command("create").alias("alter").description("add an entry"))
    .addHelpText("after", "\nExample:\n  holdfast acl create --topic orders --principal User:billing --operation read")
    .action(create);
  withResource(acl.command("delete").description("remove the entries that match"))
    .addHelpText("after", "\nExample:\n  holdfast acl delete --principal User:billing")
    .action(remove);
  return acl;
}

function withResource(command: Command): Command {
  return forCluster(command)
    .option("--topic <name>", "on this topic", text("--topic"))
    .option("--group <name>", "on this consumer group", text("--group"))
    .option("--transactional-id <id>", "on this transactional id", text("--transactional-id"))
    .option("--on-cluster", "on the cluster itself")
    .option("--prefixed", "the name is a prefix of names")
    .option("--principal <principal>", "whom it is about, such as User:billing", principalOf)
    .option("--host <address>", "from which address", text("--host"))
    .option("--operation <operation>", "all, read, write, create, delete, alter, describe, …", operationOf)
    .option("--deny", "an entry that forbids");
}

function principalOf(value: string): string {
  if (/^[^:]+:.+$/.test(value)) return value;
  throw new Failure(`--principal ${value}: it has no type.`, "Write TYPE:NAME, such as User:billing.", ExitCode.usage);
}

function operationOf(value: string): string {
  if (Object.hasOwn(OPERATIONS, value.toLowerCase())) return value;
  throw new Failure(`--operation ${value}: there are ${Object.keys(OPERATIONS).join(", ")}.`, "", ExitCode.usage);
}

async function list(options: AclOptions): Promise<void> {
  const filter = filterOf(options);
  await withAdmin(options, async (admin) => {
    const { describeAcls } = await import("../cluster/acls.js");
    await show(await describeAcls(admin, filter), options);
  });
}

async function create(options: AclOptions): Promise<void> {
  const { resourceType, resourceName } = filterOf(options);
  const { principal, operation } = options;
  if (resourceName === null || principal === undefined || operation === undefined) {
    throw new Failure(
      "An entry is on a resource, for a principal, about an operation.",
      "Give one of --topic, --group, --transactional-id and --on-cluster, then --principal and --operation.",
      ExitCode.usage,
    );
  }
  const acl = {
    resourceType,
    resourceName,
    patternType: options.prefixed ? "prefixed" : "literal",
    principal,
    host: options.host ?? "*",
    operation,
    permission: options.deny ? "deny" : "allow",
  };
  await withAdmin(options, async (admin) => {
    const { createAcl } = await import("../cluster/acls.js");
    await createAcl(admin, acl);
    await show([acl], options);
  });
}

async function remove(options: AclOptions): Promise<void> {
  const filter = filterOf(options);
  if (filter.resourceName === null && filter.principal === null)
    throw new Failure("This would remove every entry.", "Name a resource or a --principal.", ExitCode.usage);
  await withAdmin(options, async (admin) => {
    const { deleteAcls } = await import("../cluster/acls.js");
    await show(await deleteAcls(admin, filter), options);
  });
}

async function show(acls: readonly Acl[], options: AclOptions): Promise<void> {
  const { print, printJson, table } = await import("./output.js");
  if (options.json) return printJson(acls);
  if (acls.length === 0) return;
  const rows = acls.map((each) => [
    each.permission,
    String(each.principal),
    each.operation,
    each.resourceType,
    `${each.resourceName}${each.patternType === "prefixed" ? "*" : ""}`,
    String(each.host),
  ]);
  print(table(["permission", "principal", "operation", "on", "name", "from"], rows));
}

function filterOf(options: AclOptions): Acl {
  const named: [string, string][] = [];
  if (options.topic !== undefined) named.push(["topic", options.topic]);
  if (options.group !== undefined) named.push(["group", options.group]);
  if (options.transactionalId !== undefined) named.push(["transactional-id", options.transactionalId]);
  if (options.onCluster) named.push(["cluster", "kafka-cluster"]);
  if (named.length > 1)
    throw new Failure(
      `An entry is on one resource, not on ${named.map(([type]) => type).join(" and ")}.`,
      "",
      ExitCode.usage,
    );
  const [resourceType, resourceName] = named[0] ?? ["any", null];
  return {
    resourceType,
    resourceName,
    patternType: options.prefixed ? "prefixed" : resourceName === null ? "any" : "literal",
    principal: options.principal ?? null,
    host: options.host ?? null,
    operation: options.operation ?? "any",
    permission: options.deny ? "deny" : "any",
  };
}
