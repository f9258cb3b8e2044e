import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";

// The package as somebody gets it: packed, installed without install scripts into an empty project, and used there.

/** Without its dependencies. */
const BYTES_MAX = 5_000_000;
/** Other Node versions to run on, as npm's `node` package has them: HOLDFAST_PACKAGE_NODES=20.19.0,22,24,26. */
const NODES = (process.env.HOLDFAST_PACKAGE_NODES ?? "").split(",").filter((word) => word !== "");
const root = repositoryRoot();
let folder = "";
let archive = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "package-"));
  run(root, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder);
  archive = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  install(folder, archive, "kafkajs@2", "vitest@4", "jest@30");
});
after(() => rmSync(folder, { recursive: true, force: true }));

function install(at: string, ...packages: string[]): void {
  run(at, "npm", "install", "--prefix", at, "--ignore-scripts", "--no-audit", "--no-fund", ...packages);
}

/** "": the one that runs this. Others are installed once; their package needs its script. */
function nodeOf(version: string): string {
  if (version === "") return process.execPath;
  const at = join(folder, `node-${version}`);
  if (!existsSync(at)) {
    mkdirSync(at);
    run(at, "npm", "install", "--prefix", at, "--no-audit", "--no-fund", `node@${version}`);
  }
  return join(at, "node_modules", "node", "bin", "node");
}

/** The blocks of code below a heading of a document. */
function examples(document: string, heading: string): string[] {
  const text = readFileSync(join(root, document), "utf8");
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  return [...section.split("\n## ")[0].matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code);
}

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

test("it is small, and holds no tests and no source maps", () => {
  const files = readdirSync(join(folder, "node_modules", "holdfast"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  assert.deepEqual(
    files.filter((path) => /\.test\.|\.map$|\.tsbuildinfo$/.test(path)),
    [],
  );
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  assert.ok(bytes <= BYTES_MAX, `${bytes} bytes`);
});

test("publint and Are The Types Wrong find nothing", () => {
  const tools = join(folder, "tools");
  mkdirSync(tools);
  writeFileSync(join(tools, "package.json"), '{ "private": true, "type": "module" }');
  install(tools, "publint@0.3.25", "@arethetypeswrong/core@0.18.5");
  writeFileSync(join(tools, "check.js"), CHECK);
  assert.equal(run(tools, process.execPath, "check.js", archive), "");
});

/** Resolution as TypeScript's `node10` knows no exports: no Node that the package runs on resolves so. */
const CHECK = `
import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
const tarball = readFileSync(process.argv[2]);
const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
for (const message of messages) console.log(message.type, formatMessage(message, pkg));
const { problems } = await checkPackage(createPackageFromTarballData(tarball));
for (const problem of problems) if (problem.resolutionKind !== "node10") console.log(JSON.stringify(problem));
`;

test("its types are found and hold, imported and required, where the project checks them", () => {
  const use = `
    export const names = [Holdfast, vitest.namespace, jest.useHoldfast, Apis, runSeed];
    export async function start(options: ClusterOptions): Promise<string> {
      const cluster: Holdfast = await Holdfast.start(options);
      return cluster.bootstrapServers;
    }`;
  const subpaths = `
    import * as vitest from "holdfast/vitest";
    import * as jest from "holdfast/jest";
    import { Apis } from "holdfast/protocol";
    import { runSeed } from "holdfast/sim";`;
  const modules = `import { Holdfast, type ClusterOptions } from "holdfast";${subpaths}${use}`;
  writeFileSync(join(folder, "use.mts"), modules);
  writeFileSync(join(folder, "use.cts"), modules);
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--typeRoots"];
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const types = join(root, "node_modules", "@types");
  run(folder, process.execPath, tsc, ...options, types, "--types", "node", "use.mts", "use.cts");
});

test("the library starts in CommonJS as in modules: both get the same classes", () => {
  const use = `
    const required = require("holdfast");
    import("holdfast").then((imported) => console.log(required.Holdfast === imported.Holdfast));
    for (const name of ["vitest", "jest", "jest/teardown", "protocol", "sim"]) require("holdfast/" + name);`;
  assert.equal(run(folder, process.execPath, "--input-type=commonjs", "-e", use), "true\n");
});

for (const version of ["", ...NODES]) {
  test(`Node ${version || process.version}: npx holdfast, and kafkajs from ES modules and CommonJS`, async () => {
    const node = nodeOf(version);
    const cli = join(folder, "node_modules", ".bin", "holdfast");
    assert.match(run(folder, node, cli, "--version"), /^\d+\.\d+\.\d+/);
    const up = spawn(node, [cli, "up", "--json", "--any-port", "--no-console"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [line] = await once(createInterface({ input: up.stdout }), "line");
      const { bootstrapServers } = JSON.parse(line);
      const use = `
        const kafka = new Kafka({ brokers: ${JSON.stringify(bootstrapServers)}.split(","), logLevel: 0 });
        const run = async () => {
          const producer = kafka.producer();
          await producer.connect();
          const [sent] = await producer.send({ topic: "orders", acks: -1, messages: [{ value: "hello" }] });
          await producer.disconnect();
          console.log(typeof Holdfast.start, sent.errorCode);
        };
        run();`;
      const modules = `import { Kafka } from "kafkajs"; import { Holdfast } from "holdfast";${use}`;
      const common = `const { Kafka } = require("kafkajs"); const { Holdfast } = require("holdfast");${use}`;
      assert.equal(run(folder, node, "--input-type=module", "-e", modules), "function 0\n");
      assert.equal(run(folder, node, "--input-type=commonjs", "-e", common), "function 0\n");
    } finally {
      up.kill("SIGINT");
      if (up.exitCode === null) await once(up, "exit");
    }
    assert.equal(up.exitCode, 0);
  });

  test(`Node ${version || process.version}: the examples of the README, for Vitest and for Jest`, () => {
    const node = nodeOf(version);
    const [embedded] = examples("README.md", "In a test");
    run(folder, node, "--input-type=module", "-e", `import { Kafka } from "kafkajs";\n${embedded}`);
    const vitest = project("vitest", version, "module");
    assert.match(run(vitest, node, bin("vitest", "vitest.mjs"), "run", "--no-color"), /Tests +2 passed/);
    const jest = project("jest", version, "commonjs");
    run(jest, node, bin("jest", "bin", "jest.js"), "--ci");
  });
}

const bin = (...path: string[]): string => join(folder, "node_modules", ...path);

/** A folder with what the recipes print for a test runner: its configuration, and tests. */
function project(runner: "vitest" | "jest", version: string, type: string): string {
  const at = join(folder, `${runner}-${version}`);
  mkdirSync(at);
  writeFileSync(join(at, "package.json"), JSON.stringify({ private: true, type }));
  const [config, tests] = examples("docs/guide/recipes.md", runner === "vitest" ? "Vitest" : "Jest");
  writeFileSync(join(at, `${runner}.config.js`), config);
  writeFileSync(join(at, "orders.test.js"), tests);
  return at;
}
