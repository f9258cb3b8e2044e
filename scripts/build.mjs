// Installs and builds what is stale, and says so on stderr only when there is something to do.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, isBundleStale } from "./bundle.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const INSTALL_STAMP = join(root, "node_modules", ".holdfast-install");
const BUILD_STAMP = join(root, "dist", ".holdfast-build");
const WEB_STAMP = join(root, "dist", "web", ".holdfast-build");
const COMPILED = ["src", "test", "bench"];

/** `npm ci` when the lock file, or the Node that native modules were chosen for, is not the one of the last install. */
export async function install() {
  const lock = join(root, "package-lock.json");
  const wanted = digest([readFileSync(lock), process.platform, process.arch, process.versions.modules]);
  if (existsSync(INSTALL_STAMP) && readFileSync(INSTALL_STAMP, "utf8") === wanted) return;
  const byHand = join(root, "node_modules", ".package-lock.json");
  const fresh = !existsSync(INSTALL_STAMP) && existsSync(byHand) && statSync(byHand).mtimeMs >= statSync(lock).mtimeMs;
  if (!fresh) await step("Installing dependencies", "npm", ["ci", "--include=dev", "--no-audit", "--no-fund"]);
  writeFileSync(INSTALL_STAMP, wanted);
}

/** `tsc -b` when a source or a compiler setting changed since the last build that succeeded. */
export async function build() {
  await Promise.all([buildServer(), buildWeb()]);
}

async function buildServer() {
  const wanted = digest(sources());
  if (existsSync(BUILD_STAMP) && readFileSync(BUILD_STAMP, "utf8") === wanted) {
    if (isBundleStale(root)) await bundle(root);
    return;
  }
  rmSync(BUILD_STAMP, { force: true });
  await step("Building", process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"]);
  dropOrphans(join(root, "dist"));
  await bundle(root);
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(BUILD_STAMP, wanted);
}

/** The console's pages, by Vite, when one of their sources changed. */
async function buildWeb() {
  const web = join(root, "src", "console", "web");
  const found = [join(root, "package-lock.json"), join(root, "src", "console", "shapes.ts")];
  for (const folder of [web, join(root, "src", "console", "story")])
    collect(folder, /\.(ts|tsx|css|html|svg|json)$/, found);
  const wanted = digest(stated(found));
  if (existsSync(WEB_STAMP) && readFileSync(WEB_STAMP, "utf8") === wanted) return;
  rmSync(WEB_STAMP, { force: true });
  const bin = (name, file) => join(root, "node_modules", name, ...file.split("/"));
  await step("Checking the console's pages", process.execPath, [bin("typescript", "bin/tsc"), "-p", web]);
  await step("Building the console's pages", process.execPath, [
    bin("vite", "bin/vite.js"),
    "build",
    web,
    "--config",
    join(web, "vite.config.ts"),
    "--logLevel",
    "warn",
  ]);
  writeFileSync(WEB_STAMP, wanted);
}

function sources() {
  const found = [];
  for (const name of readdirSync(root)) {
    if (/^tsconfig.*\.json$|^package\.json$/.test(name)) found.push(join(root, name));
  }
  for (const folder of COMPILED) collect(join(root, folder), /\.(ts|tsx)$/, found);
  return stated(found.filter((path) => !path.startsWith(join(root, "src", "console", "web"))));
}

function stated(paths) {
  return paths.sort().map((path) => {
    const { mtimeMs, size } = statSync(path);
    return `${relative(root, path)} ${mtimeMs} ${size}\n`;
  });
}

/** Output whose source is gone would still be found by the test runner. */
function dropOrphans(dist) {
  const outputs = [];
  for (const folder of COMPILED) collect(join(dist, folder), /\.js$/, outputs);
  for (const path of outputs) {
    const source = join(root, relative(dist, path)).replace(/\.js$/, "");
    if (existsSync(`${source}.ts`) || existsSync(`${source}.tsx`)) continue;
    for (const suffix of [".js", ".js.map", ".d.ts"]) rmSync(path.replace(/\.js$/, suffix), { force: true });
  }
}

export function collect(folder, pattern, found = []) {
  if (!existsSync(folder)) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) collect(path, pattern, found);
    else if (pattern.test(entry.name)) found.push(path);
  }
  return found;
}

function digest(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Child output goes to stderr: stdout belongs to what is started afterwards (`up --json` prints one line there). */
function step(title, command, args) {
  process.stderr.write(`${title} …\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32" && command === "npm",
    });
    child.on("error", (error) => reject(new Error(`${title}: ${command} could not be started: ${error.message}`)));
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${title} failed (exit code ${code}).`))));
  });
}
