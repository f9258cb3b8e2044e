// The test suites: which files, which tools they need, how long they may take, and one summary line for each.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { collect, root } from "./build.mjs";

/** Several times what the longest file takes; less than the steps of CI leave, so that a file that hangs is known by its name. */
const FILE_MS_MAX = 420_000;

/**
 * `quick` suites make up `npm test`. `needs` names the tools without which a suite cannot run: then it is reported as
 * skipped with the reason, and in CI (CI=true) it is a failure. `concurrency` is the number of test files at once, `environment` what
 * they see besides that of this process.
 */
const LONG_SIMULATIONS = /^test\/sim\/(planted|production|raft|raft-voters)\.test\.js$/;
const SUITES = [
  { name: "house", quick: true, files: (path) => path.startsWith("test/house/") },
  {
    name: "unit",
    quick: true,
    needs: ["java", "kafka"],
    optionalNeeds: true,
    files: (path) =>
      (path.startsWith("src/") || /^test\/(sim|conformance|unit)\//.test(path)) && !LONG_SIMULATIONS.test(path),
  },
  { name: "sim", quick: false, files: (path) => LONG_SIMULATIONS.test(path) },
  {
    name: "embedded",
    quick: true,
    files: (path) => path.startsWith("test/embedded/") && !path.includes(".slow."),
  },
  {
    name: "embedded-slow",
    quick: false,
    concurrency: 1,
    files: (path) => path.startsWith("test/embedded/") && path.includes(".slow."),
  },
  {
    name: "e2e",
    quick: true,
    files: (path) => path.startsWith("test/e2e/") && !path.includes(".slow."),
  },
  {
    name: "e2e-slow",
    quick: false,
    concurrency: 1,
    files: (path) => path.startsWith("test/e2e/") && path.includes(".slow."),
  },
  {
    name: "interop",
    quick: false,
    concurrency: 1,
    needs: ["java", "kafka"],
    files: (path) => path.startsWith("test/interop/") && !/\/(kcat|python-clients|go-client)\./.test(path),
  },
  {
    name: "interop-kcat",
    quick: false,
    concurrency: 1,
    needs: ["kcat"],
    files: (path) => path.startsWith("test/interop/kcat."),
  },
  {
    name: "interop-python",
    quick: false,
    concurrency: 1,
    needs: ["python"],
    files: (path) => path.startsWith("test/interop/python-clients."),
  },
  {
    name: "interop-go",
    quick: false,
    concurrency: 1,
    needs: ["go"],
    files: (path) => path.startsWith("test/interop/go-client."),
  },
  {
    // A share of the tests of clients on Apache Kafka's own brokers; `--engine kafka` runs all of them.
    name: "interop-on-kafka",
    quick: false,
    concurrency: 1,
    needs: ["java", "kafka"],
    environment: { HOLDFAST_TEST_ENGINE: "kafka" },
    files: (path) =>
      process.env.HOLDFAST_TEST_ENGINE !== "kafka" && /^test\/interop\/(kafka-tools|kafkajs-groups)\./.test(path),
  },
  {
    name: "package",
    quick: false,
    concurrency: 1,
    files: (path) => path.startsWith("test/package/"),
  },
  {
    name: "browser",
    quick: false,
    concurrency: 1,
    needs: ["chromium"],
    files: (path) => path.startsWith("test/browser/"),
  },
];

const TOOLS = {
  java: () =>
    spawnSync("javac", ["-version"]).status === 0
      ? null
      : "a Java 17 development kit (java and javac) is not on the PATH",
  kafka: () => {
    const home = process.env.KAFKA_HOME;
    if (home) return hasJars(join(home, "libs")) ? null : `KAFKA_HOME is ${home}, which holds no libs/*.jar`;
    const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holdfast", "kafka-4.3.1");
    if (hasJars(cache)) return null;
    if (spawnSync("mvn", ["-v"]).status === 0) return null;
    return "Apache Kafka 4.3.1 is needed: set KAFKA_HOME, or install Maven, which fetches it";
  },
  kcat: () => (spawnSync("kcat", ["-V"]).status === 0 ? null : "kcat is not on the PATH"),
  // The clients themselves are fetched by the tests, once, into the cache.
  python: () =>
    spawnSync("python3", ["-m", "pip", "--version"]).status === 0
      ? null
      : "Python 3 with pip (python3 -m pip) is not on the PATH",
  go: () => (spawnSync("go", ["version"]).status === 0 ? null : "Go is not on the PATH"),
  chromium: () => {
    const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
    return existsSync(path) ? null : "Chromium is needed: install it, or set CHROMIUM_PATH";
  },
};

function hasJars(folder) {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".jar"));
}

/** @returns the exit code: 0 when everything that had to run passed. */
export async function runSuites(words) {
  const all = words.includes("--all");
  const named = words.filter((word) => !word.startsWith("--"));
  const unknown = named.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `No suite ${unknown.join(", ")}. There are: ${SUITES.map((suite) => suite.name).join(", ")}.\n`,
    );
    return 2;
  }
  const chosen = SUITES.filter((suite) => (named.length > 0 ? isNamed(suite, named) : all || suite.quick));
  const files = ["src", "test"]
    .flatMap((folder) => collect(join(root, "dist", folder), /\.test\.js$/))
    .map((path) => relative(join(root, "dist"), path).split(sep).join("/"))
    .sort();
  const results = [];
  for (const suite of chosen) results.push(await runSuite(suite, files.filter(suite.files)));
  process.stdout.write("\n");
  let passed = 0;
  let failed = 0;
  for (const result of results) {
    passed += result.passed;
    failed += result.failed;
    process.stdout.write(
      `${result.name.padEnd(14)} ${result.passed} passed, ${result.failed} failed, ${result.skips.length} skipped`,
    );
    process.stdout.write(`  (${(result.ms / 1000).toFixed(1)} s)\n`);
    for (const skip of result.skips) process.stdout.write(`               skipped: ${skip}\n`);
    for (const name of result.failures) process.stdout.write(`               FAILED: ${name}\n`);
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** "interop" names its parts, too. */
function isNamed({ name }, named) {
  return named.includes(name) || (name.startsWith("interop-") && named.includes("interop"));
}

async function runSuite(suite, files) {
  const begin = Date.now();
  const result = { name: suite.name, passed: 0, failed: 0, skips: [], failures: [], ms: 0 };
  const missing = (suite.needs ?? []).map((tool) => TOOLS[tool]()).find((reason) => reason !== null);
  if (missing !== undefined && process.env.CI === "true") {
    result.failed = 1;
    result.failures.push(`${suite.name} could not run: ${missing}`);
    return result;
  }
  if (missing !== undefined && !suite.optionalNeeds) {
    result.skips.push(`${suite.name}: ${missing}`);
    return result;
  }
  if (files.length === 0) return result;
  process.stdout.write(`\n── ${suite.name}: ${files.length} files\n`);
  await runFiles(
    files.map((path) => join("dist", path)),
    suite,
    result,
  );
  result.ms = Date.now() - begin;
  return result;
}

/**
 * Runs test files, paths from the root, and adds what became of their tests to `result`. One that takes longer than `fileMsMax`, because a
 * test or a handle hangs, is ended and fails by its own name, and the others go on. (Since Node 24 the limit is that of each test, and a handle
 * that keeps a file from ending is not noticed.)
 */
export async function runFiles(files, suite, result, fileMsMax = FILE_MS_MAX) {
  const scratch = mkdtempSync(join(tmpdir(), "holdfast-tests-"));
  const report = join(scratch, "report.jsonl");
  const args = [
    "--test",
    "--enable-source-maps",
    `--test-timeout=${fileMsMax}`,
    `--test-concurrency=${suite.concurrency ?? 2}`,
    `--test-reporter=${process.stdout.isTTY ? "spec" : "dot"}`,
    "--test-reporter-destination=stdout",
    `--test-reporter=${join(root, "scripts", "reporter.mjs")}`,
    `--test-reporter-destination=${report}`,
    ...files,
  ];
  const code = await new Promise((resolve) => {
    // Tests of this function are tests themselves, and their files must not report to the runner above.
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
    const env = { ...inherited, ...suite.environment, TMPDIR: scratch };
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env });
    child.on("close", resolve);
  });
  for (const line of existsSync(report) ? readFileSync(report, "utf8").split("\n") : []) {
    if (line === "") continue;
    const { kind, name, detail } = JSON.parse(line);
    if (kind === "pass") result.passed++;
    else if (kind === "skip") result.skips.push(`${name}: ${detail}`);
    else {
      result.failed++;
      result.failures.push(`${name}: ${detail}`);
    }
  }
  if (code !== 0 && result.failed === 0) {
    result.failed = 1;
    result.failures.push(`${suite.name}: the test runner ended with code ${code}`);
  }
  rmSync(scratch, { recursive: true, force: true });
}
