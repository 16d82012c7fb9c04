/**
 * Changes a task folder with its entry in a small registry, and dies at the n-th change of the file
 * system: `task_worker.ts HOME N create|rename|remove`. Prints how many changes there were.
 */
import { Home } from "../../src/config/home.ts";
import { createTask, removeTask, renameTask } from "../../src/workspace/task_folder.ts";
import { writeFileAtomic } from "../../src/base/atomic_file.ts";

const [root = "", n = "", what = ""] = Deno.args;
const home = new Home(root);
let changes = 0;
const api = Deno as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of ["rename", "remove", "mkdir", "open"]) {
  const real = api[name]!;
  api[name] = (...args) => {
    const lock = String(args[0]).endsWith(".lock");
    if (!lock && changes++ === Number(n)) Deno.kill(Deno.pid, "SIGKILL");
    return real(...args);
  };
}

const set = (names: string[]) => () =>
  writeFileAtomic(home.cronJobsFile, JSON.stringify(names), { sync: false });
if (what === "create") {
  await createTask(home, { name: "a", title: "A", description: "D" }, set(["a"]));
} else if (what === "rename") await renameTask(home, "a", "b", set(["b"]));
else await removeTask(home, "a", set([]));
await new Blob([String(changes)]).stream().pipeTo(Deno.stdout.writable);
