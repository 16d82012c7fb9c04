import assert from "node:assert/strict";
import { type Command, Commands } from "./mod.ts";

const COMMAND: Command = {
  description: "Tests",
  group: "System",
  when: "now",
  run: () => Promise.resolve(),
};

Deno.test("the menu is what Telegram takes", () => {
  const list = new Commands().list();
  assert.ok(list.length >= 14 && list.length <= 100);
  for (const [name, { description }] of list) {
    assert.match(name, /^[a-z0-9_]{1,32}$/);
    assert.ok(description.length >= 1 && description.length <= 60, description);
  }
});

Deno.test("a registered command takes the place of what it stands for, a new one comes last", () => {
  const commands = new Commands();
  const before = commands.list().map(([name]) => name);
  commands.register("cron", COMMAND);
  commands.register("extra", COMMAND);
  assert.deepEqual(commands.list().map(([name]) => name), [...before, "extra"]);
  assert.equal(commands.get("cron"), COMMAND);
});

Deno.test("names that every object has are no commands, and bad names are refused", () => {
  const commands = new Commands();
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.equal(commands.get(name), undefined);
  }
  for (const name of ["", "Big", "with space", "a".repeat(33)]) {
    assert.throws(() => commands.register(name, COMMAND), /cannot be a command/);
  }
});
