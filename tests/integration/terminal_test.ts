/** Hooks of a CLI in a terminal and the whole bot, without the CLI. */
import assert from "node:assert/strict";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { programs, spawnProgram } from "../support/program.ts";

const CONFIG = { hooks: { quiet_when_active_seconds: 0 } };
const REQUEST = {
  hook_event_name: "PermissionRequest",
  session_id: "5e551011",
  prompt_id: "p1",
  cwd: "/home/alice/shop",
  tool_name: "Bash",
  tool_input: { command: "make all", description: "Build it" },
};

/** Starts the hook as a CLI does, and gives it what it is told. */
async function hook({ home }: BotBench, event: object): Promise<Deno.ChildProcess> {
  const args = ["hook", "claude", home.terminalSocket, String(Deno.pid)];
  const child = spawnProgram(programs().at(-1)!, args, {}, "piped");
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(event)));
  await writer.close();
  return child;
}

async function outputOf(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

async function meet({ alice, until, texts }: BotBench): Promise<void> {
  alice.send("/interrupt");
  await until(() => texts().length === 1);
}

const asked = ({ said }: BotBench) =>
  said().findLast(({ text = "" }) => text.startsWith("A terminal in"));
const isOpen = (bench: BotBench) => buttonsOf(asked(bench)).length > 0;

async function tap(bench: BotBench, label: string): Promise<void> {
  await bench.until(() => isOpen(bench));
  const { data } = buttonsOf(asked(bench)).find(({ text }) => text === label)!;
  await bench.alice.press(asked(bench)!.message_id, data);
}

Deno.test("a terminal's request: Allow goes back to the hook, as its CLI reads it", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const child = await hook(bench, REQUEST);
    await tap(bench, "Allow");
    const { code, out, err } = await outputOf(child);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(JSON.parse(out), {
      hookSpecificOutput: {
        hookEventName: "PermissionRequest",
        decision: { behavior: "allow", updatedInput: REQUEST.tool_input },
      },
    });
    await bench.until(() => !isOpen(bench));
    assert.match(
      asked(bench)!.text!,
      /^A terminal in shop asks\nAllow this\? Run a command\n\nmake all/,
    );
  }, { config: CONFIG });
});

Deno.test("a terminal's request: only a reply to it is a reason; other words go to the agent", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const child = await hook(bench, REQUEST);
    await bench.until(() => isOpen(bench));
    bench.alice.send("What is new?");
    await bench.until(() => bench.claude.turns.length === 1);
    assert.ok(isOpen(bench));
    bench.alice.send("Not today.", { reply_to: asked(bench)!.message_id });
    const { out } = await outputOf(child);
    assert.deepEqual(JSON.parse(out).hookSpecificOutput.decision, {
      behavior: "deny",
      message: "Not allowed: Not today.",
    });
  }, { config: CONFIG });
});

Deno.test("a terminal's request waits for the next run of the bot, which asks again", async () => {
  await withBot(async (bench) => {
    await meet(bench);
    const child = await hook(bench, REQUEST);
    await bench.until(() => isOpen(bench));
    await bench.stop();
    await bench.start();
    await tap(bench, "Deny");
    assert.match((await outputOf(child)).out, /"behavior":"deny"/);
  }, { config: CONFIG });
});
