// The modules as tsc wrote them, joined: see docs/decisions/0007-the-broker-program-is-one-file.md.
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { commonJs } from "./commonjs.mjs";
import { types } from "./types.mjs";

/** What the package exports, by the names of its files in dist/lib. */
export const ENTRIES = {
  index: "index",
  vitest: "cluster/embedded/vitest",
  jest: "cluster/embedded/jest",
  "jest-teardown": "cluster/embedded/jest-teardown",
  protocol: "protocol/index",
  sim: "sim/index",
};

/** The program of a broker's process, and what the package holds: library, command line, types, CommonJS. */
export async function bundle(root) {
  const compiled = (name) => join(root, "dist", "src", `${name}.js`);
  await joined(root, "program", { main: compiled("node/main") });
  const modules = Object.entries({ ...ENTRIES, cli: "cli/main" });
  await joined(root, "lib", Object.fromEntries(modules.map(([name, module]) => [name, compiled(module)])));
  // `npx holdfast` in a clone links to the file as it is: only an installation makes it a program by itself.
  chmodSync(join(root, "dist", "lib", "cli.js"), 0o755);
  types(root, Object.values(ENTRIES));
  await commonJs(root, { index: ENTRIES.index, vitest: ENTRIES.vitest, protocol: ENTRIES.protocol, sim: ENTRIES.sim });
}

async function joined(root, folder, input) {
  const { build } = await import("vite");
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [{ name: "source-maps-of-tsc", load: withSourceMap }],
    build: {
      ssr: true,
      target: "node20.19",
      outDir: join(root, "dist", folder),
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        // It would tell whoever starts from a fresh clone how long our plugin took.
        checks: { bundlerTimings: false },
        input,
        output: {
          entryFileNames: "[name].js",
          chunkFileNames: "chunks/[name]-[hash].js",
          // Comments and indentation are half of its bytes; names stay, for stack traces and profiles.
          minify: { compress: false, mangle: false, codegen: true },
        },
      },
    },
  });
}

/** So that positions in the bundle lead to the TypeScript sources. */
function withSourceMap(path) {
  const map = `${path}.map`;
  if (!existsSync(map)) return null;
  return { code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(map, "utf8")) };
}

/** Whether tsc wrote anything since. */
export function isBundleStale(root) {
  const last = join(root, "dist", "cjs", "index.cjs");
  if (!existsSync(last)) return true;
  const { mtimeMs } = statSync(last);
  return ["core", "node"].some((each) => {
    const info = statSync(join(root, "dist", `${each}.tsbuildinfo`), { throwIfNoEntry: false });
    return info !== undefined && info.mtimeMs > mtimeMs;
  });
}
