// Writes docs/protocol.md, and the README's list of what is served, from the registry of handlers as it was last built.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, root } from "./build.mjs";

await build();
const { protocolDocument, withSupportedApis } = await import(
  join(root, "dist", "src", "server", "handlers", "documentation.js")
);
const readme = join(root, "README.md");
writeFileSync(readme, withSupportedApis(readFileSync(readme, "utf8")));
writeFileSync(join(root, "docs", "protocol.md"), protocolDocument());
