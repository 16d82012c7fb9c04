/** The whole bot with the real Claude CLI, restarted while the user is asked for a permission. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Brain, Thought } from "../../src/demo/brain/thought.ts";
import { buttonsOf } from "../support/buttons.ts";
import { type ModelRequest, ModelServer } from "../support/model_server.ts";
import { withMachine } from "../support/living.ts";
import { programs } from "../support/program.ts";
import { installedClis } from "./cases.ts";
import { inChat } from "./in_chat.ts";

/** Runs a command when it is told to, and again when it is told that nobody has decided. */
const brain: Brain = (thought: Thought) => {
  const { messages } = (thought as ModelRequest).body as { messages: unknown[] };
  const last = JSON.stringify(messages.at(-1));
  const told = /nobody has decided/.test(last);
  if (!told && thought.toolResults.length > 0) {
    return [{ say: `It says: ${thought.toolResults.at(-1)!.output}` }];
  }
  return /^tidy up/.test(thought.text)
    ? [{ run: "echo once >> made.txt; cat made.txt" }]
    : [{ say: "Yes?" }];
};

inChat(
  "K11.9 what it asked when the program ended it asks again, and goes on",
  brain,
  async ({ alice, home, model, said, start, stop, texts, until }) => {
    const open = () => said().find((message) => buttonsOf(message).length > 0);
    alice.send("tidy up");
    await until(() => open() !== undefined);
    await stop(600_000);
    assert.deepEqual(said().length, 1, JSON.stringify(texts()));
    assert.match(texts()[0]!, /I will ask again$/);
    const { size } = await Deno.stat(home.sessionsFile);
    assert.ok(size > 0);

    await start();
    await until(() => open() !== undefined);
    assert.equal(said().length, 2);
    const allow = buttonsOf(open())[0]!;
    await alice.press(open()!.message_id, allow.data);
    await until(() => /^It says: once/.test(texts().at(-1)!));
    const made = await Deno.readTextFile(join(home.workspaceDir, "made.txt"));
    assert.equal(made, "once\n", "it was done once");
    const again = model.requests.find(({ text }) => /nobody has decided/.test(text))!;
    assert.match(JSON.stringify(again.body.messages), /tool_use/, "in the same session");
  },
  { permission_mode: "default" },
);

for (const program of programs()) {
  for (const { label, path } of installedClis("claude").slice(0, 1)) {
    Deno.test(`${label} under the program (${program.label}): K11.9 /restart does not wait for the answer to a question`, async () => {
      await using model = await ModelServer.start({ brain });
      await withMachine(program, async (machine) => {
        const { alice, env, home, server } = machine;
        const said = () => server.messages(alice.id).filter(({ from }) => from?.id !== alice.id);
        const open = () => said().find((message) => buttonsOf(message).length > 0);
        const search = `${dirname(path)}:${Deno.env.get("PATH")}`;
        Object.assign(env, model.claudeEnv(env.HOME!), { PATH: search });
        await machine.configure({ provider: "claude", permission_mode: "default" });
        const { child } = await machine.start("start");
        alice.send("tidy up");
        await server.waitFor(() => open() !== undefined);
        const question = open()!;
        const began = performance.now();
        alice.send("/restart");
        await server.waitFor(() => said().some(({ text }) => text === "✅ ductor is back."));
        await server.waitFor(() => open() !== undefined);
        // Well below the time that a running answer would have been given.
        const tookMs = performance.now() - began;
        assert.ok(tookMs < 20_000, `it took ${tookMs} ms`);
        assert.match(said()[0]!.text!, /I will ask again$/);
        assert.equal(said()[0]!.message_id, question.message_id);
        const again = open()!;
        await alice.press(again.message_id, buttonsOf(again)[0]!.data);
        await server.waitFor(() => said().some(({ text }) => /^It says: once/.test(text ?? "")));
        assert.equal(await Deno.readTextFile(join(home.workspaceDir, "made.txt")), "once\n");
        child.kill("SIGTERM");
        await child.status;
      });
    });
  }
}
