// One JSON line for each test that ran, so that counts come from events, not from parsing prose.
export default async function* lines(source) {
  for await (const event of source) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, file, skip, todo, details } = event.data;
    if (details?.type === "suite") continue;
    const where = place(file, name);
    if (skip !== undefined && skip !== false)
      yield line("skip", where, skip === true ? "no reason given" : String(skip));
    else if (todo !== undefined && todo !== false) yield line("fail", where, "marked as todo");
    else if (event.type === "test:pass") yield line("pass", where, "");
    else
      yield line("fail", where, String(details?.error?.cause?.message ?? details?.error?.message ?? "").split("\n")[0]);
  }
}

/** A file that ended badly, or took too long, is reported as a test of its own path. */
function place(file, name) {
  if (!file) return name;
  const path = file.replace(/^.*\/dist\//, "").replace(/\.js$/, ".ts");
  return file.endsWith(name) ? path : `${path} › ${name}`;
}

function line(kind, name, detail) {
  return `${JSON.stringify({ kind, name, detail })}\n`;
}
