import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { Home } from "../../src/config/home.ts";
import { TempFolder } from "../support/temp_folder.ts";

const WORKER = fileURLToPath(new URL("../support/registry_worker.ts", import.meta.url));

Deno.test("two processes that change the registry 500 times each lose no entry", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const outputs = await Promise.all(
    ["left", "right"].map((name) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--quiet", WORKER, home.root, name, "500"],
      }).output()
    ),
  );
  for (const { success, stderr } of outputs) assert.ok(success, new TextDecoder().decode(stderr));
  const expected = ["left", "right"].flatMap((name) => [
    [name, `${name} 499`],
    ...Array.from({ length: 19 }, (_, n) => [`${name}-${(n + 1) * 25}`, name]),
  ]);
  const entries = await new JobRegistry(home).list();
  assert.deepEqual(
    entries.map(({ id, title }) => [id, title]).sort(),
    expected.sort(),
  );
});
