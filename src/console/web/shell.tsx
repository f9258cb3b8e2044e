import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Status } from "../shapes";
import { ask } from "./ui/api";
import { currentTheme, keepTheme, type Theme } from "./ui/theme";

const PAGES = [
  ["/", "Breakdown"],
  ["/overview", "Overview"],
  ["/topics", "Topics"],
  ["/messages", "Messages"],
  ["/groups", "Groups"],
  ["/brokers", "Brokers"],
  ["/events", "Events"],
] as const;

export function Shell() {
  const [theme, setTheme] = useState<Theme>(currentTheme);
  const { pathname } = useLocation();
  const status = useQuery({
    queryKey: ["status"],
    queryFn: () => ask<Status>("/api/status"),
    refetchInterval: 3000,
  });
  const name = PAGES.find(([path]) => path === pathname)?.[1] ?? "Holdfast";
  useEffect(() => {
    document.title = `${name} · Holdfast`;
    // On a phone the links are wider than the window.
    document.querySelector(".nav-link.active")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [name]);
  const health = status.isError ? "lost" : status.data?.status?.healthy ? "good" : status.data ? "bad" : "unknown";
  return (
    <>
      <a className="skip" href="#content">
        Skip to the page
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label="Holdfast, Breakdown">
          <span className="brand-mark" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          Holdfast
        </Link>
        <nav aria-label="Pages">
          {PAGES.map(([path, title]) => (
            <Link key={path} to={path} className="nav-link" activeOptions={{ exact: true, includeSearch: false }}>
              {title}
            </Link>
          ))}
        </nav>
        <div className="top-end">
          {status.data?.readOnly ? <span className="tag">Read-only</span> : null}
          <span className={`health is-${health}`} title={status.data?.status?.health ?? status.data?.problem ?? ""}>
            <i aria-hidden="true" />
            {health === "good" ? "Healthy" : health === "bad" ? "Degraded" : health === "lost" ? "Console lost" : "…"}
          </span>
          <button
            type="button"
            className="quiet"
            onClick={() => {
              const next = theme === "dark" ? "light" : "dark";
              keepTheme(next);
              setTheme(next);
            }}
          >
            {theme === "dark" ? "Light" : "Dark"}
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="foot">
        <span>Holdfast speaks Apache Kafka's protocol; it is not endorsed by the Apache Software Foundation.</span>
        <span>{status.data?.bootstrapServers}</span>
      </footer>
    </>
  );
}
