/**
 * Changes the registry of jobs as a process of its own. Arguments: home, name, count. Adds the job
 * NAME, and edits it again and again; makes every 25th change another new job.
 */
import { JobRegistry } from "../../src/jobs/registry.ts";
import { Home } from "../../src/config/home.ts";

const [root = "", name = "", count = "0"] = Deno.args;
const registry = new JobRegistry(new Home(root));
const job = { title: name, description: "Nothing", schedule: "0 0 1 1 *" };
await registry.add({ ...job, name });
for (let n = 1; n < Number(count); n++) {
  if (n % 25 === 0) await registry.add({ ...job, name: `${name}-${n}` });
  else await registry.edit(name, { title: `${name} ${n}` });
}
