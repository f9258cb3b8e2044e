// Writes docs/configuration.md from the definitions in src/config, as they were last built.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, root } from "./build.mjs";

await build();
const { configurationDocument } = await import(join(root, "dist", "src", "config", "documentation.js"));
writeFileSync(join(root, "docs", "configuration.md"), configurationDocument());
