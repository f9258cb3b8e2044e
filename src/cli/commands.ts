import type { Command } from "commander";

/** A command's file is loaded only when it is called (or when help lists them all): start-up is a feature. */
export const COMMANDS: Record<string, () => Promise<{ define(): Command }>> = {
  up: () => import("./up.js"),
  serve: () => import("./serve.js"),
  format: () => import("./format.js"),
  exec: () => import("./exec.js"),
  console: () => import("./console.js"),
  topic: () => import("./topic.js"),
  group: () => import("./group.js"),
  config: () => import("./config.js"),
  acl: () => import("./acl.js"),
  produce: () => import("./produce.js"),
  consume: () => import("./consume.js"),
  events: () => import("./events.js"),
  trace: () => import("./trace.js"),
  status: () => import("./status.js"),
  fault: () => import("./fault.js"),
  env: () => import("./env.js"),
  doctor: () => import("./doctor.js"),
  completion: () => import("./completion.js"),
};
