import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { Breakdown } from "./breakdown/breakdown";
import { Shell } from "./shell";

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
  cluster?: string;
  mode?: string;
  predict?: string;
  sort?: string;
  all?: string;
}
const SEARCH = [
  "q",
  "topic",
  "partition",
  "from",
  "group",
  "broker",
  "kind",
  "mode",
  "cluster",
  "predict",
  "sort",
  "all",
] as const;
const pageSearch = (search: Record<string, unknown>): PageSearch => {
  const found: PageSearch = {};
  for (const name of SEARCH) {
    const value = text(search, name);
    if (value !== undefined) found[name] = value;
  }
  return found;
};
/** What each page has; the code of all but the first is loaded when they are opened. */
const page = { getParentRoute: () => root, validateSearch: pageSearch };

const routes = root.addChildren([
  createRoute({ ...page, path: "/", component: Breakdown }),
  createRoute({ ...page, path: "/overview", component: lazyRouteComponent(() => import("./pages/overview"), "Page") }),
  createRoute({ ...page, path: "/topics", component: lazyRouteComponent(() => import("./pages/topics"), "Page") }),
  createRoute({ ...page, path: "/messages", component: lazyRouteComponent(() => import("./pages/messages"), "Page") }),
  createRoute({ ...page, path: "/groups", component: lazyRouteComponent(() => import("./pages/groups"), "Page") }),
  createRoute({ ...page, path: "/brokers", component: lazyRouteComponent(() => import("./pages/brokers"), "Page") }),
  createRoute({ ...page, path: "/events", component: lazyRouteComponent(() => import("./pages/events"), "Page") }),
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
