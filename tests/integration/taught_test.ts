/** What rule files and skills tell the agents is so. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { build } from "../../src/cli/tree.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { hmac, hookOf, openDoor } from "../support/webhooks.ts";

const rules = (path: string) =>
  Deno.readTextFile(fileURLToPath(new URL(`../../assets/home/workspace/${path}`, import.meta.url)));

/** All options of a command and those below it. */
async function optionsOf(...path: string[]): Promise<Set<string>> {
  // deno-lint-ignore no-explicit-any -- options differ from command to command
  let command: any = await build(() => {});
  for (const name of path) {
    command = command.commands.find((sub: { name(): string }) => sub.name() === name);
  }
  const below = [command, ...command.commands];
  return new Set(below.flatMap(({ options }) => options.map(({ long }: { long: string }) => long)));
}

const flags = (text: string) => [...text.matchAll(/`[^`]*?(--[a-z-]+)/g)].map(([, flag]) => flag!);

Deno.test("K14 rules: every option that is named is one", async () => {
  for (const [file, command] of [["cron_tasks", "cron"], ["tools/webhook_tools", "webhook"]]) {
    const known = await optionsOf(command!);
    const named = flags(await rules(`${file}/RULES.md`));
    assert.ok(named.length > 5, file);
    for (const flag of named) assert.ok(known.has(flag), `${file}: ${flag}`);
  }
});

Deno.test("K14 rules: the commands of the chat are those it has", async () => {
  await withBot(async (bench) => {
    const text = await rules("RULES.md");
    const named = [
      ...text.split("## The chat's commands")[1]!.split("##")[0]!.matchAll(/\/([a-z]+)/g),
    ]
      .map(([, name]) => name!);
    assert.ok(named.length > 5);
    bench.alice.send("/help");
    await bench.until(() => bench.texts(ALICE).some((help) => help.includes("/help")));
    const help = bench.texts(ALICE).find((text) => text.includes("/help"))!;
    for (const name of named) assert.ok(help.includes(`/${name}`), name);
  });
});

Deno.test("K14 rules: the webhook server answers as they say", async () => {
  const text = await rules("tools/webhook_tools/RULES.md");
  const taught = [...text.matchAll(/\b([2-5]\d\d):/g)].map(([, code]) => Number(code));
  const secret = "s3cret";
  await using door = await openDoor([
    hookOf({ preset: "github", auth_mode: "hmac", hmac_secret: secret, hmac_header: "x" }),
    hookOf({ id: "off", enabled: false }),
  ]);
  door.settings.max_body_bytes = 100;
  const send = async (body: string, event = "push") => {
    const { hex } = await hmac("SHA-256", secret, body);
    const headers = { "x-hub-signature-256": `sha256=${hex}`, "x-github-event": event };
    return (await door.post(body, headers)).status;
  };
  const named = async (id: string) =>
    (await door.request(`/hooks/${id}`, { method: "POST", body: "{}" })).status;
  assert.deepEqual(
    {
      taken: await send("{}"),
      ping: await send("{}", "ping"),
      noJson: await send("no"),
      unsigned: (await door.post({})).status,
      missing: await named("none"),
      disabled: await named("off"),
      big: await send(`{"a":"${"x".repeat(200)}"}`),
    },
    { taken: 202, ping: 200, noJson: 400, unsigned: 401, missing: 401, disabled: 401, big: 413 },
  );
  assert.deepEqual([...new Set(taught)].sort(), [200, 202, 400, 401, 413, 503]);
});

Deno.test("K14 rules: jobs have no quiet hours unless somebody wants them", async () => {
  assert.match(await rules("cron_tasks/RULES.md"), /Jobs have none unless the user wants it/);
  assert.deepEqual(defaultConfig().quiet_hours, { start: null, end: null });
});
