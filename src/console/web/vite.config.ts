import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const PAGES = ["overview", "topics", "messages", "groups", "brokers", "events"];

/**
 * What is seen first needs no file but the page: its style is within it (the server's policy names that style's digest), other styles
 * come after what they do not concern. Each page has a file of its own, with its name, and with its code asked for at once and not
 * only when the first script has run.
 */
function shells(): Plugin {
  const style = fileURLToPath(new URL("styles/shell.css", import.meta.url));
  return {
    name: "shells",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const found = bundle["index.html"];
        if (found?.type !== "asset") throw new Error("there is no index.html among what was built");
        const css = readFileSync(style, "utf8")
          .replace(/\/\*.*?\*\//gs, "")
          .replace(/\s+/g, " ")
          .trim();
        const links: string[] = [];
        const shell = String(found.source)
          .replace(/\s*<!--.*?-->/gs, "")
          .replace(/\s*<link rel="stylesheet"[^>]*>/g, (link) => {
            links.push(link);
            return "";
          })
          .replace("</title>", () => `</title>\n    <style>${css}</style>`)
          .replace(/\s*<\/body>/, () => `${links.join("")}\n  </body>`);
        found.source = named(shell, "/", "Breakdown", "");
        for (const page of PAGES) {
          const chunk = Object.values(bundle).find(
            (each) => each.type === "chunk" && each.facadeModuleId?.endsWith(`/pages/${page}.tsx`),
          );
          if (chunk?.type !== "chunk") throw new Error(`the page ${page} has no code of its own`);
          const code = [chunk.fileName, ...chunk.imports].filter((file) => !shell.includes(file));
          const preloads = code.map((file) => `\n    <link rel="modulepreload" crossorigin href="/${file}">`).join("");
          const title = `${page.charAt(0).toUpperCase()}${page.slice(1)}`;
          this.emitFile({ type: "asset", fileName: `${page}.html`, source: named(shell, `/${page}`, title, preloads) });
        }
      },
    },
  };
}

function named(shell: string, path: string, title: string, preloads: string): string {
  return shell
    .replace("<title>Holdfast", `<title>${title} · Holdfast`)
    .replace(`class="nav-link" href="${path}"`, `class="nav-link active" aria-current="page" href="${path}"`)
    .replace(/\s*<\/head>/, `${preloads}\n  </head>`);
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [shells()],
  worker: { format: "es" },
  build: {
    outDir: fileURLToPath(new URL("../../../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows no inline script and no data: URL for code.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      // They would tell whoever starts from a fresh clone on a busy machine how long which plugin took.
      checks: { bundlerTimings: false },
      // Libraries mark their modules for a server that renders; here is none.
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
