#!/usr/bin/env node
// The project's one entry for a person and for CI: plain Node, no dependency, so that it works before anything is installed.
//
//   start [up's arguments]   install and build what is stale, then run the cluster in this very process
//   build                    install and build
//   test [suite…] [--all] [--engine kafka]    quick suites (or those named), with a summary line per suite
//   check                    format, lint, types, house rules, quick tests
//   bench [arguments]        side by side with Apache Kafka
//   sim [arguments]          the simulator
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root } from "./build.mjs";
import { runSuites } from "./suites.mjs";

const [verb = "help", ...words] = process.argv.slice(2);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Holdfast needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

switch (verb) {
  case "start":
    await prepare();
    await become("dist/src/cli/main.js", ["up", ...words]);
    break;
  case "build":
    await prepare();
    break;
  case "test":
    chooseEngine(words);
    await prepare();
    process.exitCode = await runSuites(words);
    break;
  case "check":
    await install();
    if ((await run("biome", ["ci", "--error-on-warnings"])) !== 0)
      fail("Format or lint: `npx biome check --write` mends most.");
    await prepare();
    process.exitCode = await runSuites(["house", "unit"]);
    break;
  case "bench":
    await prepare();
    await become("dist/bench/main.js", words);
    break;
  case "sim":
    await prepare();
    // One thread runs a seed: helpers of the collector would only wait for each other on cores that others need.
    process.exitCode = await node(["--single-threaded-gc", join("dist", "src", "cli", "sim.js"), ...words]);
    break;
  default:
    process.stderr.write("usage: node scripts/run.mjs start|build|test|check|bench|sim [arguments]\n");
    process.exitCode = 2;
}

/** `--engine kafka`: the tests of clients run against Apache Kafka's own brokers, which proves the tests. */
function chooseEngine(options) {
  const at = options.indexOf("--engine");
  if (at < 0) return;
  const [, engine] = options.splice(at, 2);
  if (engine !== "holdfast" && engine !== "kafka") fail(`--engine is ${engine}, but must be holdfast or kafka.`);
  process.env.HOLDFAST_TEST_ENGINE = engine;
}

async function prepare() {
  try {
    await install();
    await build();
  } catch (error) {
    fail(error.message);
  }
}

/** Runs a built program in this process, as exec(2) would: no process in between that signals have to pass through. */
async function become(file, args) {
  const path = join(root, file);
  if (!existsSync(path)) fail(`${file} is missing after the build.`);
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
}

function node(args) {
  return new Promise((resolve) => {
    spawn(process.execPath, args, { cwd: root, stdio: "inherit" }).on("close", (code) => resolve(code ?? 1));
  });
}

function run(tool, args) {
  return new Promise((resolve) => {
    const bin = join(root, "node_modules", ".bin", process.platform === "win32" ? `${tool}.cmd` : tool);
    spawn(bin, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" })
      .on("error", (error) => fail(error.message))
      .on("close", (code) => resolve(code ?? 1));
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
