import { strict as assert } from "node:assert";
import type { SessionSpec, TurnInput } from "../agent.ts";
import { ExecSession } from "./exec_session.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import {
  type FakeChild,
  FakeLauncher,
  INPUT,
  Reader,
  SPEC,
} from "../../../tests/support/fake_codex.ts";

/** What the process of a turn writes, and how it ends. */
interface Script {
  lines: unknown[];
  code?: number;
  stderr?: string;
}

function play(scripts: Script[], changes: Partial<SessionSpec> = {}) {
  const launcher = new FakeLauncher((child: FakeChild) => {
    const { lines, code = 0, stderr = "" } = scripts.shift()!;
    child.onClosed = () => {
      for (const line of lines) child.lines.push(JSON.stringify(line));
      child.stderr = stderr;
      if (code >= 0) child.exit(code);
    };
  });
  const spec = { ...SPEC, ...changes };
  const session = new ExecSession(
    launcher,
    (args) => ({ command: "codex", args, cwd: spec.cwd, env: spec.env }),
    spec,
    new FakeClock(),
  );
  const run = (input: Partial<TurnInput> = {}) =>
    new Reader(session.run({ ...INPUT, ...input }, new AbortController().signal));
  return { launcher, session, run };
}

const started = { type: "thread.started", thread_id: "t-1" };
const message = (id: string, text: string) => ({
  type: "item.completed",
  item: { id, type: "agent_message", text },
});
const completed = (input: number, output: number, cached = 0) => ({
  type: "turn.completed",
  usage: { input_tokens: input, cached_input_tokens: cached, output_tokens: output },
});

Deno.test("codex exec: messages, tools and the answer, prompt and memory on stdin only", async () => {
  const command = { id: "i1", type: "command_execution", command: "/bin/bash -lc 'echo hi'" };
  const { launcher, session, run } = play([{
    lines: [
      started,
      { type: "turn.started" },
      { type: "item.completed", item: { id: "i0", type: "reasoning", text: "Hm" } },
      message("m0", "Running it."),
      { type: "item.started", item: { ...command, exit_code: null, status: "in_progress" } },
      { type: "item.completed", item: { ...command, exit_code: 1, status: "failed" } },
      message("m1", "It failed."),
      completed(24, 9, 4),
    ],
  }], { instructions: "Memory." });
  const turn = run();
  await turn.done;
  assert.deepEqual(await turn.news(), [
    { type: "session", id: "t-1" },
    { type: "thinking", text: "Hm" },
    { type: "text", text: "Running it." },
    { type: "text_end" },
    { type: "tool", phase: "start", id: "i1", name: "Bash", input: "echo hi" },
    { type: "tool", phase: "end", id: "i1", name: "Bash", input: "echo hi", ok: false },
    { type: "text", text: "It failed." },
    { type: "text_end" },
    {
      type: "result",
      text: "It failed.",
      durationMs: 0,
      usage: { inputTokens: 20, outputTokens: 9, cacheReadTokens: 4, cacheWriteTokens: 0 },
    },
  ]);
  const [child] = launcher.children;
  assert.deepEqual(child!.written, ["hello\n\nMemory."]);
  assert.equal(child!.spec.args.at(-1), "-");
  assert.equal(session.id, "t-1");
});

Deno.test("codex exec resumes with model, effort, sandbox and arguments, and counts one turn", async () => {
  const { launcher, run } = play([
    { lines: [started, message("a", "one"), completed(12, 3)] },
    { lines: [started, message("b", "two"), completed(30, 8)] },
  ], { extraArgs: ["-c", "a=1"] });
  await run().done;
  const turn = run({ model: "gpt-big", effort: "high", permissionMode: "acceptEdits" });
  await turn.done;
  assert.deepEqual(launcher.children[1]!.spec.args, [
    "exec",
    "--json",
    "--color",
    "never",
    "--skip-git-repo-check",
    "--sandbox",
    "workspace-write",
    "--model",
    "gpt-big",
    "-c",
    "model_reasoning_effort=high",
    "-c",
    "a=1",
    "resume",
    "t-1",
    "-",
  ]);
  assert.equal(turn.of("result")[0]?.usage?.inputTokens, 18);
  assert.equal(turn.of("result")[0]?.usage?.outputTokens, 5);
});

Deno.test("codex exec: a failed turn is an error, though a word of retrying is not", async () => {
  const refusal = '{"error":{"message":"no such tool","type":"invalid_request_error"}}';
  const { run } = play([
    {
      lines: [started, { type: "error", message: refusal }, {
        type: "turn.failed",
        error: { message: refusal },
      }],
      code: 1,
    },
    {
      lines: [
        started,
        { type: "error", message: "Reconnecting... 1/5" },
        message("m", "back"),
        completed(1, 1),
      ],
    },
  ]);
  const failed = run();
  await failed.done;
  assert.equal(failed.of("error")[0]?.kind, "refused");
  assert.match(failed.of("error")[0]?.message ?? "", /no such tool/);
  const next = run();
  await next.done;
  assert.equal(next.of("result")[0]?.text, "back");
});

Deno.test("codex exec: a session that is gone, and a crash, are told apart by stderr", async () => {
  const { run } = play([
    { lines: [], code: 1, stderr: "Error: no rollout found for thread id t-0" },
    { lines: [started], code: 101, stderr: "panicked" },
  ], { resume: "t-0" });
  const gone = run();
  await gone.done;
  assert.equal(gone.of("error")[0]?.kind, "resume_failed");
  const crash = run();
  await crash.done;
  assert.equal(crash.of("error")[0]?.kind, "crash");
  assert.equal(crash.of("error")[0]?.detail, "panicked");
});

Deno.test("codex exec: an interrupt ends the process and keeps the session", async () => {
  const { launcher, session, run } = play([
    { lines: [started, message("m", "part")], code: -1 },
    { lines: [started, message("m", "next"), completed(1, 1)] },
  ]);
  const turn = run();
  await settle();
  await session.interrupt();
  await turn.done;
  assert.equal(turn.of("result")[0]?.interrupted, true);
  assert.equal(turn.of("result")[0]?.text, "part");
  assert.equal(launcher.children[0]!.alive, false);
  assert.equal(session.alive, true);
  assert.equal(session.canServe({ ...SPEC, resume: "t-1" }), true);
  const next = run();
  await next.done;
  assert.equal(next.of("result")[0]?.text, "next");
  await session.close();
  assert.equal(session.alive, false);
});

Deno.test("codex exec gets pictures as files, which are gone afterwards", async () => {
  const { launcher, run } = play([{ lines: [started, message("m", "seen"), completed(1, 1)] }]);
  const turn = run({ images: [{ mediaType: "image/png", data: btoa("picture") }] });
  await turn.done;
  const { args } = launcher.children[0]!.spec;
  const file = args[args.indexOf("--image") + 1]!;
  assert.match(file, /0\.png$/);
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});
