// The program of a broker's process as one file: see docs/decisions/0007-the-broker-program-is-one-file.md.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The modules as tsc wrote them, joined: the same code, which Node finds, reads and links at once. */
export async function bundle(root) {
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
      outDir: join(root, "dist", "program"),
      emptyOutDir: true,
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        // It would tell whoever starts from a fresh clone how long our plugin took.
        checks: { pluginTimings: false },
        input: join(root, "dist", "src", "node", "main.js"),
        output: {
          entryFileNames: "main.js",
          chunkFileNames: "[name].js",
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
  const program = join(root, "dist", "program", "main.js");
  if (!existsSync(program)) return true;
  const { mtimeMs } = statSync(program);
  return ["core", "node"].some((each) => {
    const info = statSync(join(root, "dist", `${each}.tsbuildinfo`), { throwIfNoEntry: false });
    return info !== undefined && info.mtimeMs > mtimeMs;
  });
}
