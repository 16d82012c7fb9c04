import assert from "node:assert/strict";
import { NotJson, parseJson } from "../base/jsonc.ts";
import {
  commandOf,
  type Hooks,
  OddSettings,
  ownHooks,
  withHooks,
  withoutHooks,
} from "./settings.ts";

const command = (waits: boolean, program = "/opt/ductor") =>
  commandOf({
    provider: "claude",
    program: [program],
    socket: "/home/al/.ductor/state/terminal.sock",
    conditions: [],
    waits,
  });
const HOOKS: Hooks = {
  Stop: { command: command(false) },
  PermissionRequest: { command: command(true), timeout: 1900 },
};
const THEIRS = { hooks: [{ type: "command", command: "say done" }] };

const FILES: Record<string, string> = {
  empty: "{}\n",
  "without a last line end": '{"model":"opus"}',
  "hooks of others": JSON.stringify(
    { hooks: { Stop: [THEIRS], SessionStart: [THEIRS] }, env: { A: "b" } },
    null,
    2,
  ),
  comments: '{\n\t// mine\n\t"model": "opus", /* here */\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t' +
    '{ "matcher": "", "hooks": [{ "type": "command", "command": "say done" }] }, // said\n\t\t],\n\t},\n}\n',
  "Windows line ends": '{\r\n    "model": "opus"\r\n}\r\n',
};

for (const [name, text] of Object.entries(FILES)) {
  Deno.test(`hooks in settings, ${name}: put in beside what is there, once, and taken out`, async () => {
    const put = await withHooks(text, HOOKS);
    assert.deepEqual(await ownHooks(put), {
      Stop: [HOOKS.Stop!.command],
      PermissionRequest: [HOOKS.PermissionRequest!.command],
    });
    assert.equal(await withHooks(put, HOOKS), put);
    const out = await withoutHooks(put);
    assert.deepEqual(await ownHooks(out), {});
    const { hooks = {}, ...rest } = await parseJson(text) as Record<string, unknown>;
    const { hooks: left = {}, ...others } = await parseJson(out) as Record<string, unknown>;
    assert.deepEqual([left, others], [hooks, rest]);
    if (name === "comments") {
      for (const words of ["// mine", "/* here */", "// said"]) assert.ok(put.includes(words), put);
    }
  });
}

Deno.test("hooks in settings: those of an older program are replaced", async () => {
  const old = await withHooks("{}", { Stop: { command: command(false, "/old/ductor") } });
  assert.deepEqual(Object.keys(await ownHooks(await withHooks(old, HOOKS))), [
    "Stop",
    "PermissionRequest",
  ]);
  assert.ok(!(await withHooks(old, HOOKS)).includes("/old/"));
});

Deno.test("hooks in settings: what is no JSON, or odd, is said", async () => {
  await assert.rejects(withHooks('{"a": ', HOOKS), NotJson);
  await assert.rejects(withHooks("[]", HOOKS), OddSettings);
  await assert.rejects(withHooks('{"hooks": []}', HOOKS), /"hooks" is a list, expected an object/);
  await assert.rejects(withHooks('{"hooks": {"Stop": {}}}', HOOKS), /"hooks.Stop" is an object/);
  // Entries that make no sense are the CLI's business.
  await withHooks('{"hooks": {"Stop": [null, {"hooks": 1}, {"hooks": [null, {}]}]}}', HOOKS);
});

Deno.test({
  name: "the command of a hook: starts nothing without a bot, from a bot, or when ductor has gone",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const socket = `${folder}/it's here.sock`;
      const program = `${folder}/duc tor`;
      await Deno.writeTextFile(program, `#!/bin/sh\necho "$@"\n`, { mode: 0o755 });
      const run = async (waits: boolean, conditions: string[] = [], env = {}, of = program) => {
        const line = commandOf({
          provider: "claude",
          program: [of, "x"],
          socket,
          conditions,
          waits,
        });
        const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
          args: ["-c", line],
          env: { DUCTOR_CHILD: "", ...env },
        }).output();
        const text = new TextDecoder();
        return [code, text.decode(stdout), text.decode(stderr)];
      };
      const nothing = [0, "", ""];
      assert.deepEqual(await run(true), nothing);
      using _listener = Deno.listen({ transport: "unix", path: socket });
      assert.deepEqual(await run(true), [0, `x hook claude ${socket} ${Deno.pid}\n`, ""]);
      assert.deepEqual(await run(true, [], { DUCTOR_CHILD: "1-2.3" }), nothing);
      assert.deepEqual(await run(true, ["[ a = b ]"]), nothing);
      assert.deepEqual(await run(true, [], {}, `${folder}/gone`), nothing);
      // Nobody waits for it, so nobody sees what it says.
      assert.deepEqual(await run(false), nothing);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
