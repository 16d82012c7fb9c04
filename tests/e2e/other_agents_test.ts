/** The program with the real OpenCode, as the config names it: outside PATH, by its whole path. */
import assert from "node:assert/strict";
import { installedClis } from "../contract/cases.ts";
import { pidIn } from "../contract/subject.ts";
import { type Machine, withMachine } from "../support/living.ts";
import { ModelServer } from "../support/model_server.ts";
import { isRunning, until } from "../support/processes.ts";
import { programs } from "../support/program.ts";

/** It starts slowly on a machine that does something else as well. */
const PATIENCE_MS = 120_000;

const [opencode] = installedClis("opencode");

for (const program of programs()) {
  Deno.test({
    name:
      `other agents (${program.label}): OpenCode answers, does jobs, ends with the bot, and is ` +
      "missed when it is gone" + (opencode ? "" : " (skipped: there is no opencode)"),
    ignore: opencode === undefined,
    fn: () => withMachine(program, lives),
  });
}

async function lives(m: Machine): Promise<void> {
  await using model = await ModelServer.start();
  const { HOME: _, ...env } = await model.opencodeEnv(m.env.HOME!);
  const acp = (command: string) => ({ opencode: { command: [command, "acp"], env } });
  const config = (command: string) => ({ provider: "opencode", agents: { acp: acp(command) } });
  const texts = () => m.server.messages(7).map(({ text = "" }) => text);
  const said = (words: RegExp) =>
    until(
      () => texts().some((text) => words.test(text)),
      () => `${words} in ${texts().join("\n")}`,
      PATIENCE_MS,
    );

  await m.configure(config(opencode!.path));
  const { output } = await m.start();
  m.alice.send("hello");
  await said(/demo agent/);
  m.alice.send("@claude hello");
  await said(/Claude Code is not installed/);
  const sessions = await Deno.readTextFile(m.home.sessionsFile);
  assert.match(sessions, /"opencode": ?\{\s*"session_id": ?"ses_/);

  const added = await m.run(
    ...["cron", "add", "--title", "Count", "--schedule", "0 6 1 1 *"],
    ...["--instruction", "run: echo job-done", "--provider", "opencode", "--chat", "7"],
  );
  assert.equal(added.code, 0, added.stderr);
  const ran = await m.run("cron", "run", "count", "--wait");
  assert.equal(ran.code, 0, ran.stderr + ran.stdout);
  await said(/job-done/);

  const file = m.temp.at("pid");
  m.alice.send(`run: sleep 300 & echo $! > ${file}; wait`);
  const grandchild = await pidIn(file);
  assert.equal((await m.run("stop")).code, 0);
  assert.equal((await output).code, 0);
  await until(async () => !await isRunning(grandchild), "the command to be gone");

  await m.configure(config(m.temp.at("gone")));
  await m.start();
  m.alice.send("hello again");
  await said(/OpenCode is not installed/);
}
