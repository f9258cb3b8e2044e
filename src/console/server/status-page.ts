import type { StatusReport } from "./serve.js";

const REFRESH_S = 2;

/** The whole page as HTML: no script, no request to any host. */
export function statusPage({ status, problem, processes }: StatusReport): string {
  const healthy = status?.healthy === true && processes.every((each) => each.state === "running");
  const health = status?.health ?? problem;
  const rows = processes.map((each) => {
    const seen = status?.brokers.find((broker) => broker.id === each.id);
    const lag = status?.quorum?.voters.find((voter) => voter.id === each.id)?.lag;
    const role = status?.controller === each.id ? "active controller" : "";
    return row([
      each.id,
      `127.0.0.1:${each.port}`,
      stateOf(each.state, seen !== undefined),
      role,
      seen?.leaders ?? "–",
      seen?.replicas ?? "–",
      lag ?? "–",
    ]);
  });
  const incomplete = [
    ...(status?.offline ?? []).map((name) => `${name}: no leader`),
    ...(status?.underReplicated ?? []).map((name) => `${name}: misses replicas`),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_S}">
<title>${healthy ? "Holdfast" : "Holdfast: look here"}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Holdfast</h1>
<p class="${healthy ? "good" : "bad"}" role="status"><span aria-hidden="true">${healthy ? "●" : "▲"}</span> ${escapeHtml(health)}</p>
<h2>Brokers</h2>
<div class="wide" tabindex="0" role="region" aria-label="Brokers">
<table>
<thead><tr><th>id</th><th>address</th><th>state</th><th>role</th><th>leads</th><th>replicas</th><th>quorum lag</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>
<h2>Partitions</h2>
<p>${status === null ? "Unknown: no broker answers." : `${status.partitions} in ${status.topics} topics.`}</p>
${
  incomplete.length === 0
    ? ""
    : `<ul>${incomplete
        .slice(0, 50)
        .map((each) => `<li>${escapeHtml(each)}</li>`)
        .join("")}</ul>`
}
<footer>${status === null ? "" : `Cluster ${escapeHtml(status.clusterId)}. `}Refreshed every ${REFRESH_S} s.</footer>
</main>
</body>
</html>
`;
}

/** Colour is never the only sign. */
function stateOf(state: string, seen: boolean): string {
  if (state === "running") return seen ? "● up" : "◐ starting";
  return state === "paused" ? "❙❙ paused" : `✕ ${state}`;
}

function row(cells: readonly (string | number)[]): string {
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join("")}</tr>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; --good: #00664a; --bad: #a33c00; --line: #8886; }
@media (prefers-color-scheme: dark) { :root { --good: #4fd6ab; --bad: #ffa566; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0.5rem 0; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
footer { margin-top: 2rem; opacity: 0.8; font-size: 0.9rem; }
`;
