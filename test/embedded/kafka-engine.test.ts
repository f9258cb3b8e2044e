import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Holdfast, HoldfastError } from "../../src/index.js";
import { CommandLine } from "../support/command-line.js";

// What `engine: "kafka"` and `up --engine kafka` say where something is missing that Apache Kafka needs. No Java is needed for this: a
// script stands for it. The clusters themselves are started in test/interop/embedded-kafka.test.ts.

interface Missing {
  readonly what: string;
  /** Over the environment of the test: PATH, KAFKA_HOME and XDG_CACHE_HOME. */
  readonly environment: (folders: Folders) => Record<string, string>;
  readonly message: (folders: Folders) => RegExp;
}

interface Folders {
  readonly empty: string;
  readonly java17: string;
  readonly java11: string;
}

const CASES: readonly Missing[] = [
  {
    what: "no Java",
    environment: ({ empty }) => ({ PATH: empty }),
    message: () => /Java was not found, and Apache Kafka needs it.*Java 17 runtime or newer/s,
  },
  {
    what: "a Java that is too old",
    environment: ({ java11 }) => ({ PATH: java11 }),
    message: () => /java on the PATH is of version 11\.0\.2, but Apache Kafka 4\.3\.1 needs 17 or newer/,
  },
  {
    what: "a KAFKA_HOME that is none",
    environment: ({ java17, empty }) => ({ PATH: java17, KAFKA_HOME: empty }),
    message: ({ empty }) =>
      new RegExp(`KAFKA_HOME is ${empty}, but .*kafka_.*libs.*unpacked Apache Kafka 4\\.3\\.1`, "s"),
  },
  {
    what: "no archive of Apache Kafka, and no Maven to fetch it",
    environment: ({ java17, empty }) => ({ PATH: java17, KAFKA_HOME: "", XDG_CACHE_HOME: empty }),
    message: () => /Apache Kafka 4\.3\.1 was not found: KAFKA_HOME is not set, and Maven.*install Maven/s,
  },
];

describe("what Apache Kafka needs is missing", { skip: process.platform === "win32" && "scripts of a shell" }, () => {
  let scratch = "";
  let folders: Folders;
  let cli: CommandLine;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "holdfast-no-kafka-"));
    folders = { empty: join(scratch, "empty"), java17: join(scratch, "17"), java11: join(scratch, "11") };
    await mkdir(folders.empty);
    await fakeJava(folders.java17, "17.0.15");
    await fakeJava(folders.java11, "11.0.2");
    cli = await CommandLine.open();
  });
  after(async () => {
    await cli.close();
    await rm(scratch, { recursive: true, force: true });
  });

  async function fakeJava(folder: string, version: string): Promise<void> {
    await mkdir(folder);
    await writeFile(join(folder, "java"), `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`);
    await chmod(join(folder, "java"), 0o755);
  }

  for (const { what, environment, message } of CASES) {
    test(`${what}: the embedded API says so`, async () => {
      const own = { ...environment(folders), TMPDIR: folders.empty };
      const asked = Object.keys(own).map((name) => [name, process.env[name]] as const);
      Object.assign(process.env, own);
      try {
        await assert.rejects(Holdfast.start({ engine: "kafka" }), (error: unknown) => {
          assert.ok(error instanceof HoldfastError);
          assert.equal(error.code, "FAILED");
          assert.match(error.message, message(folders));
          return true;
        });
      } finally {
        for (const [name, value] of asked) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
      assert.deepEqual(await readdir(folders.empty), [], "nothing is left behind");
    });

    test(`${what}: so does the command`, async () => {
      const args = ["up", "--engine", "kafka", "--no-console", "--any-port"];
      const { code, stdout, stderr } = await cli.run(args, "", environment(folders));
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, message(folders));
      assert.doesNotMatch(stderr, /^\s+at /m, "no stack");
    });
  }
});
