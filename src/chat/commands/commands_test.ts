import assert from "node:assert/strict";
import { allCommands, type CommandNeeds, type CommandPanels } from "./all.ts";
import { type Command, Commands } from "./command.ts";
import { stopCommand } from "./stop.ts";

const command = (name: string): Command => ({
  name,
  description: "Tests",
  group: "System",
  when: "now",
  run: () => Promise.resolve(),
});

Deno.test("commands: the menu is what Telegram takes", () => {
  // None asks for anything before it is run.
  const upgrade = command("upgrade");
  const list = allCommands(
    {} as CommandNeeds,
    { upgrade, logIn: command("login") } as CommandPanels,
  ).list();
  assert.ok(list.length >= 14 && list.length <= 100);
  for (const { name, description } of list) {
    assert.match(name, /^[a-z0-9_]{1,32}$/);
    assert.ok(description.length >= 1 && description.length <= 60, description);
  }
});

Deno.test("commands: those given at construction keep their order", () => {
  const commands = new Commands([command("upgrade"), command("cron"), command("extra")]);
  assert.deepEqual(commands.list().map(({ name }) => name), ["upgrade", "cron", "extra"]);
  assert.equal(commands.get("cron")?.name, "cron");
});

Deno.test("commands: names that every object has are none, bad and double names are refused", () => {
  const commands = new Commands([command("known")]);
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.equal(commands.get(name), undefined);
  }
  for (const name of ["", "Big", "with space", "a".repeat(33)]) {
    assert.throws(() => new Commands([command(name)]), /Cannot name a command/);
  }
  assert.throws(() => new Commands([command("one"), command("one")]), /two commands named "one"/);
});

Deno.test("K11.8 commands: where only a job runs, /stop names it and says that it goes on", async () => {
  const said: string[] = [];
  const jobs = [{ title: "Backup", running: true }, { title: "Report", running: false }];
  const stop = stopCommand({
    conversations: { at: () => undefined },
    inbox: { done: () => Promise.resolve() },
    besides: { stop: () => Promise.resolve([]) },
    logIns: { stop: () => Promise.resolve([]) },
    pool: { stopBackground: () => Promise.resolve([]) },
    speaker: { say: (_, text) => Promise.resolve(void said.push(text)) },
    automation: { scheduler: { view: () => Promise.resolve(jobs as never) } },
  });
  await stop.run({ address: { chatId: 1 }, from: {} as never, args: "", updateIds: [] });
  assert.deepEqual(said, ["Nothing is running. Jobs go on: `Backup`."]);
});
