import type { Hono } from "hono";
import { FAULTS, type FaultVerb } from "../../cluster/control.js";
import { Failure, messageOf } from "../../cluster/failure.js";
import { clusterStatus } from "../../cluster/status.js";
import { createTopic, deleteTopics, describeTopics } from "../../cluster/topics.js";
import type { Process, Status, Topic } from "../shapes.js";
import type { StoryBase } from "../story/event.js";
import { alterConfig, brokerLink, brokerReports, configsOf } from "./brokers.js";
import { eventStream } from "./event-response.js";
import { electUncleanly, prepareStale } from "./experiments.js";
import type { ConsoleFeed } from "./feed.js";
import { lagsOf, type WantedGroup } from "./group-lags.js";
import { describeGroup, listGroups, resetFrom, resetGroup, resetText } from "./groups.js";
import { addMessageRoutes } from "./message-routes.js";
import { partitionView } from "./partition-view.js";
import type { ProcessHistory } from "./process-history.js";
import type { SchemaRegistry } from "./registry/schema-registry.js";
import { FieldFailure, wholeNumber } from "./request-fields.js";
import type { Scratch } from "./scratch.js";
import {
  ensureTopic,
  type ReadRequest,
  type RunRequest,
  readFromEach,
  runProducer,
  runReader,
} from "./story-actions.js";
import type { Target } from "./target.js";
import { topicDetail } from "./topic-detail.js";
import { versionsOf } from "./versions.js";

/** What each write of a slow disk takes longer, ms. */
const SLOW_DISK_MS = 250;
/** Which the brokers themselves carry out. */
const OWN_FAULTS: ReadonlySet<string> = new Set(["partition", "slow-disk"]);

/** What the questions and commands of one cluster are about. */
export interface Subject {
  readonly target: Target;
  readonly feed: ConsoleFeed;
  readonly history: ProcessHistory;
  /** null: this is the scratch cluster itself. */
  readonly scratch: Scratch | null;
  /** null: none was named. */
  readonly registry: SchemaRegistry | null;
}

/** What the pages ask and command. Every answer is JSON; a refusal is `{error, advice, field}`, `field` only where it is about one. */
export function addRoutes(app: Hono, subject: Subject): void {
  const { target, feed } = subject;
  app.onError((error, context) => {
    if (error instanceof Failure) {
      const field = error instanceof FieldFailure ? error.field : undefined;
      return context.json({ error: error.message, advice: error.advice, field }, 409);
    }
    if (error instanceof SyntaxError) return context.json({ error: "That is no JSON.", advice: "" }, 400);
    return context.json({ error: `A fault of the console itself: ${messageOf(error)}`, advice: "" }, 500);
  });
  app.post("*", async (context, next) => {
    const reads = new Set(["/api/read-each", "/api/group-lags", "/api/messages/merged", "/api/messages/range"]);
    if (target.readOnly && !reads.has(context.req.path))
      return context.json({ error: "This console is read-only.", advice: "It was started with --read-only." }, 403);
    await next();
    return undefined;
  });
  app.get("/api/events", (context) => eventStream(context, feed));
  queries(app, subject);
  story(app, subject);
  faults(app, subject);
  commands(app, target, feed);
  addMessageRoutes(app, subject, (what) => audit(feed, what));
  app.all("/api/*", (context) => context.json({ error: "There is no such question.", advice: "" }, 404));
}

function queries(app: Hono, subject: Subject): void {
  const { target, history, feed } = subject;
  app.get("/api/status", async (context) => {
    let status: Status["status"] = null;
    let problem = "";
    try {
      status = await target.ask((admin) => clusterStatus(admin, downOf(target)));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problem = error.message;
    }
    const answer: Status = { status, problem, processes: processesOf(target), ...facts(subject) };
    return context.json(answer);
  });
  app.get("/api/topics", async (context) => {
    const topics: readonly Topic[] = await target.ask((admin) => describeTopics(admin, null));
    return context.json(topics);
  });
  app.get("/api/topics/:name", async (context) => {
    const name = context.req.param("name");
    return context.json(await target.ask((admin) => topicDetail(admin, name)));
  });
  app.get("/api/groups", async (context) => context.json(await target.ask(listGroups)));
  app.post("/api/group-lags", async (context) => {
    const { groups } = await context.req.json<{ groups: WantedGroup[] }>();
    if (!Array.isArray(groups)) throw new Failure("Groups are a list.");
    const wanted = groups.map(({ group, coordinator }) => ({ group: String(group), coordinator: Number(coordinator) }));
    return context.json(await target.ask((admin) => lagsOf(admin, wanted)));
  });
  app.get("/api/groups/:group", async (context) => {
    const group = context.req.param("group");
    // Heard of before it is asked about: it may not have begun.
    if (feed.source === "events") feed.rebalanceOf(group);
    const found = await target.ask((admin) => describeGroup(admin, group));
    const rebalance = feed.source === "events" ? feed.rebalanceOf(group) : null;
    return context.json({ ...found, rebalance });
  });
  app.get("/api/brokers", async (context) => {
    const brokers = await target.ask((admin) => brokerReports(admin, target));
    const processes = processesOf(target).map((each) => ({ ...each, history: history.of(each.broker) }));
    return context.json({ brokers, processes });
  });
  app.get("/api/brokers/:id/versions", async (context) => {
    const id = Number(context.req.param("id"));
    return context.json(await target.ask(async (admin) => versionsOf(await brokerLink(admin, id))));
  });
  app.get("/api/brokers/:id/configs", async (context) =>
    context.json(await target.ask((admin) => configsOf(admin, 4, context.req.param("id")))),
  );
}

function story(app: Hono, subject: Subject): void {
  const { target, feed } = subject;
  app.get("/api/story", async (context) => {
    const { topic = "breakdown" } = context.req.query();
    const partition = wholeNumber(context, "partition", 0);
    const seq = feed.newest;
    let view: StoryBase["view"] = null;
    let brokers: readonly number[] = target.localIds;
    try {
      const found = await target.ask(async (admin) => {
        const known = (await admin.metadata([])).brokers.map((broker) => broker.nodeId);
        const names = (await describeTopics(admin, null)).map((each) => each.name);
        return { known, view: names.includes(topic) ? await partitionView(admin, topic, partition) : null };
      });
      view = found.view;
      brokers = [...new Set([...brokers, ...found.known, ...(view?.replicas ?? [])])].sort((a, b) => a - b);
    } catch (error) {
      // Nobody answers: what the supervisor knows is left.
      if (!(error instanceof Failure)) throw error;
    }
    const { clusterId } = target.local?.plan ?? { clusterId: "" };
    const base: StoryBase = { view, brokers, clusterId, processes: processesOf(target), seq, ...facts(subject) };
    return context.json(base);
  });
  app.post("/api/story/topic", async (context) => {
    const { topic, replicas } = await context.req.json<{ topic: string; replicas: number }>();
    await ensureTopic(target, String(topic), Number(replicas));
    return context.json({ topic });
  });
  app.post("/api/run", async (context) => {
    const body = await context.req.json<RunRequest>();
    if (typeof body.value !== "string" || typeof body.topic !== "string") throw new Failure("A message is a text.");
    return context.json(
      await runProducer(target, feed, { ...body, acks: body.acks === 0 || body.acks === 1 ? body.acks : -1 }),
    );
  });
  app.post("/api/read", async (context) =>
    context.json(await runReader(target, feed, await context.req.json<ReadRequest>())),
  );
  app.post("/api/read-each", async (context) =>
    context.json(await readFromEach(target, feed, await context.req.json<ReadRequest>())),
  );
}

/** What breaks brokers, and what loses data on purpose. */
function faults(app: Hono, { target, feed, scratch }: Subject): void {
  app.post("/api/fault", async (context) => {
    const { verb, broker } = await context.req.json<{ verb: string; broker: number | null }>();
    const refusal = noFaults(target);
    if (refusal !== null || target.local === null) throw new Failure(refusal ?? "");
    if (broker !== null && !target.localIds.includes(broker)) throw new Failure(`There is no broker ${broker}.`);
    if (!FAULTS.some((each) => each === verb)) throw new Failure(`There is no fault ${JSON.stringify(verb)}.`);
    if (verb === "wipe" && !target.local.plan.ephemeral)
      throw new Failure("The data of this cluster is kept: it is not wiped from here.", "Wipe a scratch cluster.");
    audit(feed, `${verb} broker ${broker ?? "all"}`);
    const others = target.localIds.filter((id) => id !== broker);
    const processes = await target.local.control({
      verb: verb as FaultVerb,
      broker,
      ...(verb === "partition" && broker !== null ? { partition: { a: [broker], b: others, oneWay: false } } : {}),
      ...(verb === "slow-disk" ? { msPerWrite: SLOW_DISK_MS } : {}),
    });
    for (const id of broker === null ? target.localIds : [broker])
      feed.tell({ broker: id, kind: "fault", cause: verb });
    return context.json({ processes });
  });
  app.post("/api/experiment/stale", async (context) => {
    const prepared = await prepareStale(target);
    audit(feed, `prepared ${prepared.topic} for the experiment with a stale replica`);
    return context.json(prepared);
  });
  app.post("/api/experiment/unclean", async (context) => {
    const { topic, partition } = await context.req.json<{ topic: string; partition: number }>();
    await electUncleanly(target, String(topic), Number(partition));
    audit(feed, `allowed an unclean election of ${topic}`);
    return context.json({ topic });
  });
  app.post("/api/scratch", async (context) => {
    const { on } = await context.req.json<{ on: boolean }>();
    if (scratch === null) throw new Failure("This is the scratch cluster.");
    if (on) await scratch.start();
    else await scratch.close();
    audit(feed, on ? "started a scratch cluster" : "threw the scratch cluster away");
    return context.json({ state: scratch.state });
  });
}

function commands(app: Hono, target: Target, feed: ConsoleFeed): void {
  app.post("/api/topics", async (context) => {
    const body = await context.req.json<{
      name: string;
      partitions: number;
      replicas: number;
      configs: Record<string, string>;
    }>();
    const spec = { name: String(body.name), partitions: body.partitions, replicationFactor: body.replicas };
    const made = await target.ask((admin) => createTopic(admin, spec, body.configs ?? {}, false));
    audit(feed, `created topic ${made.name}`);
    return context.json(made);
  });
  app.post("/api/topics/:name/delete", async (context) => {
    const name = context.req.param("name");
    const { typed } = await context.req.json<{ typed: string }>();
    if (typed !== name) throw new Failure("What was typed is not the topic's name.");
    await target.ask((admin) => deleteTopics(admin, [name]));
    audit(feed, `deleted topic ${name}`);
    return context.json({ deleted: name });
  });
  app.post("/api/topics/:name/config", async (context) => {
    const name = context.req.param("name");
    const { key, value } = await context.req.json<{ key: string; value: string | null }>();
    await target.ask((admin) => alterConfig(admin, 2, name, key, value));
    audit(feed, `${value === null ? `reset ${key}` : `set ${key} to ${value}`} of topic ${name}`);
    return context.json({ key, value });
  });
  app.post("/api/groups/:group/reset", async (context) => {
    const group = context.req.param("group");
    const reset = resetFrom(await context.req.json());
    const result = await target.ask((admin) => resetGroup(admin, group, reset));
    if (!reset.dryRun) audit(feed, resetText(group, result));
    return context.json(result);
  });
}

function audit(feed: ConsoleFeed, cause: string): void {
  feed.tell({ broker: -1, kind: "action", cause });
}

/** Why faults cannot be injected here; null: they can. */
function noFaults(target: Target): string | null {
  if (target.local === null)
    return "Brokers can be broken only by the program that started them, such as `holdfast up`, from its own console.";
  return target.readOnly ? "This console is read-only." : null;
}

function facts({ target, feed, scratch, registry }: Subject) {
  const beside: StoryBase["scratch"] = scratch === null ? "here" : scratch.refusal === null ? scratch.state : null;
  return {
    scratch: beside,
    source: feed.source,
    noFaults: noFaults(target),
    ephemeral: target.local?.plan.ephemeral ?? false,
    readOnly: target.readOnly,
    verbs: FAULTS.filter((verb) => target.local?.engine.name === "holdfast" || !OWN_FAULTS.has(verb)),
    fsync: syncs(target),
    inProcess: target.local !== null && target.local.subscribe !== null,
    engine: target.local?.engine.name ?? null,
    bootstrapServers: target.bootstrapServers,
    schemaRegistry: registry?.shownUrl ?? null,
  };
}

/** Whether an acknowledgement waits for stable storage. */
function syncs({ local }: Target): boolean {
  if (local === null || local.engine.name !== "holdfast") return false;
  return (local.plan.properties["holdfast.ack.after"] ?? (local.plan.ephemeral ? "write" : "fsync")) === "fsync";
}

/** Brokers whose processes do not run, with how they ended. */
function downOf(target: Target): Map<number, string> {
  const down = new Map<number, string>();
  for (const { plan, state, lastEnd } of target.local?.brokers ?? [])
    if (state !== "running") down.set(plan.id, state === "paused" ? "paused" : lastEnd);
  return down;
}

function processesOf(target: Target): Process[] {
  return (target.local?.brokers ?? []).map(({ plan, pid, state }) => ({
    broker: plan.id,
    port: plan.port,
    pid,
    state,
    dataDir: plan.dataDir,
    logFile: plan.logFile,
  }));
}
