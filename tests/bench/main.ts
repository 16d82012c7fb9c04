/**
 * `deno task bench`: the budgets of the design, each measured against something else in the same
 * run. Prints, and fails nothing: machines differ.
 */
import { answerBench } from "./answer.ts";
import { crowdBench } from "./crowd.ts";
import { jobsBench } from "./jobs.ts";
import { show } from "./measure.ts";
import { overheadBench } from "./overhead.ts";
import { paceBench } from "./pace.ts";
import { startBench } from "./start.ts";
import { webhooksBench } from "./webhooks.ts";

const only = Deno.args[0];
for (
  const [name, bench] of Object.entries({
    overhead: overheadBench,
    start: startBench,
    answer: answerBench,
    pace: paceBench,
    crowd: crowdBench,
    webhooks: webhooksBench,
    jobs: jobsBench,
  })
) {
  if (only !== undefined && only !== name) continue;
  for await (const line of bench()) {
    // deno-lint-ignore no-console -- this is what it is for
    console.log(typeof line === "string" ? line : show(line));
  }
}
Deno.exit();
