import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json; tests run from its dist/. */
export function repositoryRoot(folder = dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const above = dirname(folder);
  return above === folder ? process.cwd() : repositoryRoot(above);
}
