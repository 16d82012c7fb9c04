import assert from "node:assert/strict";
import { acquireInstance } from "../app/instance_lock.ts";
import { Home } from "../config/home.ts";
import { beginTrial, endTrial } from "../update/rollback.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { until } from "../../tests/support/processes.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { outcome } from "./upgrade.ts";

const OLD = { pid: 1, role: "bot" as const, home: "", since: "" };

for (
  const [what, { starts, proves }, expected] of [
    ["works", { starts: true, proves: true }, "runs"],
    ["waits for Telegram, which is away", { starts: true, proves: false }, "unheard"],
    ["has not started", { starts: false, proves: false }, "unknown"],
  ] as const
) {
  Deno.test(`K13.5 upgrade tells of a new bot that ${what}: ${expected}`, async () => {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await Deno.mkdir(home.stateDir, { recursive: true });
    await beginTrial(home, { oldVersion: "1.0.0", newVersion: "1.1.0", executable: "/x" });
    using _bot = starts ? await acquireInstance(home, "bot", { service: true }) : undefined;
    if (proves) await endTrial(home);
    const clock = new FakeClock();
    let found: string | undefined;
    const told = outcome(home, { bot: OLD }, clock).then((end) => found = end);
    while (found === undefined) {
      await until(() => clock.sleeping > 0 || found !== undefined, "it waits, or knows");
      await clock.advance(30_000);
    }
    assert.equal(await told, expected);
  });
}
