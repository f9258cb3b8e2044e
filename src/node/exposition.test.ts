import assert from "node:assert/strict";
import { test } from "node:test";
import { Exposition } from "./exposition.js";

test("families, samples and labels are written as Prometheus reads them", () => {
  const exposition = new Exposition();
  exposition.gauge("up", "Whether it is up.", 1);
  exposition
    .family("sent_total", "counter", "What was sent.")
    .sample(3)
    .sample(2.5, { topic: 'a"b\\c\nd', partition: 0 });
  assert.equal(
    exposition.text,
    [
      "# HELP up Whether it is up.",
      "# TYPE up gauge",
      "up 1",
      "# HELP sent_total What was sent.",
      "# TYPE sent_total counter",
      "sent_total 3",
      'sent_total{topic="a\\"b\\\\c\\nd",partition="0"} 2.5',
      "",
    ].join("\n"),
  );
});
