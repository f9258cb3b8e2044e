import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** No inline script or style, nothing from or to another host, no frame around the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The policy of a page that holds a style: exactly that one is allowed in it. */
export function pagePolicy(html: string): string {
  const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  if (style === undefined) return POLICY;
  const digest = createHash("sha256").update(style).digest("base64");
  return POLICY.replace("style-src 'self'", `style-src 'self' 'sha256-${digest}'`);
}

/** Of the one file that runs code which a reader wrote: in a thread without the page, and without any request. */
const FILTER_POLICY = "default-src 'none'; script-src 'unsafe-eval'";
const FILTER_FILE = /^\/assets\/filter-worker-[\w-]+\.js$/;

export interface GuardOptions {
  readonly host: string;
  /** null: none is asked for, which is allowed on loopback only. */
  readonly token: string | null;
}

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || host === "::1";
}

/**
 * Lets in who is meant. On loopback only requests under a loopback name: a page elsewhere whose name was bound anew to 127.0.0.1 gets
 * nothing. Another site's page gets nothing either (Origin, Sec-Fetch-Site). Off loopback a token is needed.
 */
export function guard({ host, token }: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const authority = context.req.header("host") ?? "";
    if (isLoopback(host) && !LOOPBACK.has(authority.replace(/:\d+$/, "")))
      return context.text("The console answers only under a loopback name.\n", 403);
    const origin = context.req.header("origin");
    if (origin !== undefined && origin !== `http://${authority}` && origin !== `https://${authority}`)
      return context.text("Requests of other sites are refused.\n", 403);
    const site = context.req.header("sec-fetch-site");
    const navigates = context.req.header("sec-fetch-mode") === "navigate" && context.req.method === "GET";
    if ((site === "cross-site" || site === "same-site") && !navigates)
      return context.text("Requests of other sites are refused.\n", 403);
    if (token !== null && !isToken(given(context.req.header("authorization"), context.req.header("cookie")), token)) {
      if (context.req.path === "/login" && isToken(context.req.query("token"), token)) {
        context.header("Set-Cookie", `holdfast_token=${token}; HttpOnly; SameSite=Strict; Path=/`);
        return context.redirect("/", 303);
      }
      return context.text("This console needs its token: open the address that it printed when it was started.\n", 401);
    }
    if (context.req.method === "POST" && !(context.req.header("content-type") ?? "").startsWith("application/json"))
      return context.text("Only JSON is taken.\n", 415);
    context.header("Content-Security-Policy", FILTER_FILE.test(context.req.path) ? FILTER_POLICY : POLICY);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Resource-Policy", "same-origin");
    context.header("Cache-Control", "no-store");
    await next();
    return undefined;
  };
}

function given(authorization: string | undefined, cookie: string | undefined): string | undefined {
  if (authorization?.startsWith("Bearer ")) return authorization.slice(7);
  return /(?:^|;\s*)holdfast_token=([^;]+)/.exec(cookie ?? "")?.[1];
}

function isToken(text: string | undefined, token: string): boolean {
  const a = Buffer.from(text ?? "");
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}
