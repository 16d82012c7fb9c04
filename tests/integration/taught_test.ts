/** What rule files and skills tell the agents is so. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { build } from "../../src/cli/tree.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { ductorOn } from "../support/ductor.ts";
import { TempFolder } from "../support/temp_folder.ts";
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

Deno.test("K14 rules: each option that a task may need has its example, and the chat's reminder is one line", async () => {
  const text = await rules("cron_tasks/RULES.md");
  for (
    const example of [
      /`--silent`/,
      /`--precheck "scripts\/new_mail\.sh"`/,
      /`--on-missed run_once`/,
      /`--failures-to-pause 3`/,
      /`ductor cron add --in 20m --title "[^"]+" --instruction "[^"]+"`/,
    ]
  ) assert.match(text, example);
});

Deno.test("K14 rules: every command that is named in rules and skills is one, with what it is given", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  const files = [
    ...[
      "RULES.md",
      "cron_tasks/RULES.md",
      "tools/webhook_tools/RULES.md",
      "memory_system/RULES.md",
    ],
    ...["../config/RULES.md", "tools/telegram_tools/RULES.md"],
  ];
  const named = new Set<string>();
  for (const text of await Promise.all(files.map(rules))) {
    for (const [, command] of text.matchAll(/`ductor ((?:[a-z-]+ ?)+)/g)) {
      named.add(command!.trim());
    }
  }
  assert.ok(named.size > 15, [...named].join(", "));
  for (const command of named) {
    // Without what follows: names of jobs, and of settings.
    const words = command.split(" ").slice(0, 2);
    const { code, stderr } = await run(...words, "--help");
    assert.equal(code, 0, `ductor ${words.join(" ")}: ${stderr}`);
  }
});

Deno.test("K14 rules: what the answers have that the rules speak of", async () => {
  await using temp = await TempFolder.make();
  const run = ductorOn(temp.at("home"));
  const added = await run(
    "cron",
    "add",
    "--in",
    "20m",
    "--title",
    "Call",
    "--instruction",
    "Call.",
  );
  assert.equal(added.json.next_runs.length, 1, "the first run, which the answer names");
  const hook = await run(
    ...[
      "webhook",
      "add",
      "issues",
      "--title",
      "New issues",
      "--mode",
      "wake",
      "--preset",
      "github",
    ],
    ...["--prompt", "Issue {{issue.title}}: {{issue.body}}. Is it urgent?"],
  );
  assert.ok(hook.json.secret.length > 20 && hook.json.endpoint === "/hooks/issues");
  assert.equal((await run("webhook", "list")).json.hooks[0].secret, undefined, "once");
  const set = await run("config", "set", "user_timezone", "Europe/Berlin");
  assert.ok(["now", "after_restart", "at_start"].includes(set.json.takes_effect));
  const removed = await run("cron", "remove", added.json.job_id);
  assert.equal(removed.code, 0, removed.stderr);
});
