/**
 * Holdfast in Jest, which is not imported: what is here uses the globals that it gives to test files.
 *
 * @packageDocumentation
 */
import { Holdfast } from "../../index.js";
import type { Namespace } from "./namespace.js";
import type { ClusterOptions } from "./options.js";
import { openNamespace, sharedBootstrapServers, startShared } from "./test-setup.js";

/** Between the global set-up and the global tear-down, which Jest loads as two modules of one process. */
const STOP = Symbol.for("holdfast.jest.stop");
type WithStop = typeof globalThis & { [STOP]?: () => Promise<void> };

/** A global set-up of one's own: `module.exports = globalSetup({ brokers: 1 })` in a file that `globalSetup` names. */
export function globalSetup(options: ClusterOptions = {}): () => Promise<void> {
  return async () => {
    (globalThis as WithStop)[STOP] = await startShared(options);
  };
}

/** Stops what `globalSetup` started: `globalTeardown: "holdfast/jest/teardown"`. */
export async function globalTeardown(): Promise<void> {
  const stop = (globalThis as WithStop)[STOP];
  delete (globalThis as WithStop)[STOP];
  await stop?.();
}

/** `globalSetup: "holdfast/jest"`: three brokers for all test files, which find them in `KAFKA_BROKERS`. */
export default globalSetup();

/** What the fixtures need of Jest; its globals, unless others (of `@jest/globals`) are given. */
export interface JestHooks {
  beforeAll(run: () => Promise<void>, timeoutMs?: number): void;
  afterAll(run: () => Promise<void>, timeoutMs?: number): void;
}

const HOOK_TIMEOUT_MS = 60_000;

/** A cluster of the test file's own: `const cluster = useHoldfast()` beside the tests, `cluster()` within them. */
export function useHoldfast(options: ClusterOptions = {}, hooks: JestHooks = globalHooks()): () => Holdfast {
  let cluster: Holdfast | null = null;
  hooks.beforeAll(async () => {
    cluster = await Holdfast.start(options);
  }, HOOK_TIMEOUT_MS);
  hooks.afterAll(async () => {
    await cluster?.stop();
  }, HOOK_TIMEOUT_MS);
  return () => expected(cluster, "useHoldfast");
}

/** Topics and groups of the test file's own on the cluster of the global set-up, which are deleted afterwards. */
export function useNamespace(prefix?: string, hooks: JestHooks = globalHooks()): () => Namespace {
  let opened: { namespace: Namespace; close(): Promise<void> } | null = null;
  hooks.beforeAll(async () => {
    opened = await openNamespace(sharedBootstrapServers(), prefix);
  }, HOOK_TIMEOUT_MS);
  hooks.afterAll(async () => {
    await opened?.namespace.reset();
    await opened?.close();
  }, HOOK_TIMEOUT_MS);
  return () => expected(opened?.namespace ?? null, "useNamespace");
}

function expected<T>(value: T | null, name: string): T {
  if (value === null) throw new Error(`What ${name} gives can be called within tests and hooks only.`);
  return value;
}

function globalHooks(): JestHooks {
  return globalThis as unknown as JestHooks;
}

export { sharedBootstrapServers } from "./test-setup.js";
