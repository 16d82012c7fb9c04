import assert from "node:assert/strict";
import { Metrics } from "./metrics.ts";

Deno.test("metrics: are written as Prometheus reads them", () => {
  const metrics = new Metrics();
  let waiting: number | undefined = 2;
  metrics.count("turns_total", "Turns.", { outcome: "answered", model: 'a"b\\c\nd' });
  metrics.count("turns_total", "Turns.", { outcome: "answered", model: 'a"b\\c\nd' });
  metrics.count("turns_total", "Turns.", { outcome: "failed", model: "" }, 0.5);
  metrics.gauge("waiting", "What waits.", () => waiting);
  const turns = "# HELP turns_total Turns.\n# TYPE turns_total counter\n" +
    'turns_total{outcome="answered",model="a\\"b\\\\c\\nd"} 2\n' +
    'turns_total{outcome="failed",model=""} 0.5\n';
  const gauge = "# HELP waiting What waits.\n# TYPE waiting gauge\n";
  assert.equal(metrics.text(), turns + gauge + "waiting 2\n");
  waiting = undefined;
  assert.equal(metrics.text(), turns + gauge);
});
