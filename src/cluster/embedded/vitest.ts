/**
 * Holdfast in Vitest, which is not imported: what is here are functions of the shapes that it takes.
 *
 * @packageDocumentation
 */
import { Holdfast } from "../../index.js";
import type { Namespace } from "./namespace.js";
import type { ClusterOptions } from "./options.js";
import { openNamespace, sharedBootstrapServers, startShared } from "./test-setup.js";

/** A global set-up of one's own: `export default globalSetup({ brokers: 1 })` in a file that `globalSetup` names. */
export function globalSetup(options: ClusterOptions = {}): () => Promise<() => Promise<void>> {
  return () => startShared(options);
}

/** `globalSetup: ["holdfast/vitest"]`: three brokers for all test files, which find them in `KAFKA_BROKERS`. */
export default globalSetup();

type Use<T> = (value: T) => Promise<void>;
/** A fixture as `test.extend` takes it. */
export type Fixture<T> = (context: object, use: Use<T>) => Promise<void>;

/** A cluster of the test's own (of the file's own, with `{ scope: "file" }`): `test.extend({ cluster: holdfast() })`. */
export function holdfast(options: ClusterOptions = {}): Fixture<Holdfast> {
  // Vitest reads from this pattern that the fixture needs no other.
  // biome-ignore lint/correctness/noEmptyPattern: vitest demands an object pattern as the first parameter
  return async ({}, use) => {
    const cluster = await Holdfast.start(options);
    try {
      await use(cluster);
    } finally {
      await cluster.stop();
    }
  };
}

/** Topics and groups of the test's own on the cluster of the global set-up, which are deleted afterwards. */
export function namespace(prefix?: string): Fixture<Namespace> {
  // biome-ignore lint/correctness/noEmptyPattern: vitest demands an object pattern as the first parameter
  return async ({}, use) => {
    const opened = await openNamespace(sharedBootstrapServers(), prefix);
    try {
      await use(opened.namespace);
      await opened.namespace.reset();
    } finally {
      await opened.close();
    }
  };
}

export { sharedBootstrapServers } from "./test-setup.js";
