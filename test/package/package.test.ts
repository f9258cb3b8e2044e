import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";

// The package as somebody gets it: packed, installed without install scripts into an empty project, and used there.

/** Without its dependencies. */
const BYTES_MAX = 5_500_000;
/** Other Node versions to run on, as npm's `node` package has them: HOLDFAST_PACKAGE_NODES=22,24,26. */
const NODES = (process.env.HOLDFAST_PACKAGE_NODES ?? "").split(",").filter((word) => word !== "");
const root = repositoryRoot();
let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "package-"));
  run(root, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder);
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
  run(folder, "npm", "install", ...quiet, `./${archive}`, "kafkajs@2");
});
after(() => rmSync(folder, { recursive: true, force: true }));

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

test("its types are found and hold where the project checks them", () => {
  writeFileSync(
    join(folder, "use.ts"),
    'import { Holdfast } from "holdfast";\nimport { Apis } from "holdfast/protocol";\nconsole.log(Holdfast, Apis);\n',
  );
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--typeRoots"];
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const types = join(root, "node_modules", "@types");
  run(folder, process.execPath, tsc, ...options, types, "--types", "node", "use.ts");
});

for (const version of ["", ...NODES]) {
  test(`Node ${version || process.version}: npx holdfast, and kafkajs from ES modules and CommonJS`, async () => {
    let node = process.execPath;
    if (version !== "") {
      const at = join(folder, `node-${version}`);
      mkdirSync(at);
      run(at, "npm", "install", "--prefix", at, "--no-audit", "--no-fund", `node@${version}`);
      node = join(at, "node_modules", "node", "bin", "node");
    }
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
}
