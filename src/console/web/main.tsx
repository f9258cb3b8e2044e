import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { Breakdown } from "./breakdown/breakdown";
import { Shell } from "./shell";
import { applyTheme } from "./ui/theme";

applyTheme();

const root = createRootRoute({ component: Shell });
const text = (search: Record<string, unknown>, name: string): string | undefined => {
  const value = search[name];
  return value === undefined || value === "" ? undefined : String(value);
};
interface PageSearch {
  q?: string;
  topic?: string;
  partition?: string;
  from?: string;
  group?: string;
  broker?: string;
  kind?: string;
}
const SEARCH = ["q", "topic", "partition", "from", "group", "broker", "kind"] as const;
const page = <P extends string>(path: P, load: () => Promise<{ Page: React.ComponentType }>) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load, "Page"),
    validateSearch: (search: Record<string, unknown>): PageSearch => {
      const found: PageSearch = {};
      for (const name of SEARCH) {
        const value = text(search, name);
        if (value !== undefined) found[name] = value;
      }
      return found;
    },
  });

const routes = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/",
    component: Breakdown,
    validateSearch: (search: Record<string, unknown>): { topic?: string } => {
      const topic = text(search, "topic");
      return topic === undefined ? {} : { topic };
    },
  }),
  page("/overview", () => import("./pages/overview")),
  page("/topics", () => import("./pages/topics")),
  page("/messages", () => import("./pages/messages")),
  page("/groups", () => import("./pages/groups")),
  page("/brokers", () => import("./pages/brokers")),
  page("/events", () => import("./pages/events")),
]);
const router = createRouter({ routeTree: routes, defaultPreload: "intent" });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const client = new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } } });

createRoot(document.getElementById("root") as HTMLElement).render(
  <QueryClientProvider client={client}>
    <RouterProvider router={router} />
  </QueryClientProvider>,
);
