import { type ConfigDefinition, int, list } from "../definition.js";

/** Subscriptions to metrics of clients (KIP-714). */
export const clientMetricsConfigs: readonly ConfigDefinition[] = [
  list("metrics", "", "medium", "Prefixes of the metrics that clients are to push; * is all of them, empty is none."),
  int("interval.ms", 300000, "medium", "How often clients push, in milliseconds."),
  list(
    "match",
    "",
    "medium",
    "Which clients push: NAME=REGEX, separated by commas. All must match; empty: every client.",
  ),
];
