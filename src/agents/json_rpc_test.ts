import { strict as assert } from "node:assert";
import { RpcConnection, RpcError, type RpcHandler } from "./json_rpc.ts";
import { codex } from "./codex/facts.ts";
import { saidOnStderr } from "./codex/stderr.ts";
import { AgentError } from "./agent.ts";
import { FakeChild } from "../../tests/support/fake_codex.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";

const PEER = { name: "codex app-server", cli: codex, versioned: false, said: saidOnStderr };
const SPEC = { command: "codex", args: [], cwd: "/" };

function connect(handler: Partial<RpcHandler> = {}) {
  const child = new FakeChild(SPEC, 1);
  const clock = new FakeClock();
  const rpc = new RpcConnection(child, PEER, {
    notification: () => {},
    request: () => undefined,
    ...handler,
  }, clock);
  const say = (message: unknown) => child.lines.push(JSON.stringify(message));
  const sent = () => child.written.map((line) => JSON.parse(line));
  return { child, clock, rpc, say, sent };
}

Deno.test("rpc tells an answer from a request of the same id", async () => {
  const { rpc, say, sent } = connect({ request: (method) => Promise.resolve({ did: method }) });
  const answer = rpc.request("mine", { a: 1 });
  await settle();
  const { id } = sent()[0];
  say({ id, method: "theirs", params: {} });
  say({ id, result: "yours" });
  assert.equal(await answer, "yours");
  await settle();
  assert.deepEqual(sent(), [
    { id, method: "mine", params: { a: 1 } },
    { id, result: { did: "theirs" } },
  ]);
});

Deno.test("rpc gives answers to who asked, in whatever order they come", async () => {
  const { rpc, say } = connect();
  const [one, two] = [rpc.request("one", {}), rpc.request("two", {})];
  say({ id: 1, result: 2 });
  say({ id: 0, result: 1 });
  assert.deepEqual(await Promise.all([one, two]), [1, 2]);
});

Deno.test("rpc throws an error answer with its code", async () => {
  const { rpc, say } = connect();
  const answer = rpc.request("turn/interrupt", {});
  say({ id: 0, error: { code: -32600, message: "no active turn" } });
  await assert.rejects(answer, (error: unknown) => {
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, -32600);
    assert.equal(error.message, "no active turn");
    return true;
  });
});

Deno.test("rpc answers requests nobody knows or that fail, so that nothing waits", async () => {
  const { say, sent } = connect({
    request: (method) => method === "odd" ? Promise.reject(new RpcError(-1, "not now")) : undefined,
  });
  say({ id: "x", method: "new/thing", params: {} });
  say({ id: "y", method: "odd", params: {} });
  await settle();
  const answers = sent();
  assert.equal(answers.find(({ id }) => id === "x").error.code, -32601);
  assert.deepEqual(answers.find(({ id }) => id === "y").error, { code: -1, message: "not now" });
});

Deno.test("rpc passes notifications on and overlooks lines that are no messages", async () => {
  const heard: string[] = [];
  const { child, say } = connect({ notification: (method) => heard.push(method) });
  child.lines.push("WARNING: not json");
  child.lines.push("[1,2]");
  child.lines.push("");
  say({ method: "turn/started", params: {} });
  say({ method: "without/params" });
  await settle();
  assert.deepEqual(heard, ["turn/started", "without/params"]);
});

Deno.test("rpc rejects what is pending with stderr when the child dies, and what comes after", async () => {
  const { child, rpc } = connect();
  const pending = rpc.request("thread/start", {});
  child.stderr = "\x1b[31mError: the disk is full\x1b[0m\n\nStack backtrace:\n   0: <unknown>\n";
  child.exit(1);
  const isCrash = (error: unknown) => {
    assert.ok(error instanceof AgentError);
    assert.equal(error.kind, "crash");
    assert.match(error.message, /exit code 1.*the disk is full/);
    assert.equal(error.detail, "Error: the disk is full");
    return true;
  };
  await assert.rejects(pending, isCrash);
  await assert.rejects(rpc.request("again", {}), isCrash);
});

Deno.test("rpc does not blame a killed child's older words for its end", async () => {
  const { child, rpc } = connect();
  child.stderr = "unexpected status 401 Unauthorized";
  child.exit(137, "SIGKILL");
  assert.equal((await rpc.closed).kind, "crash");
});

Deno.test("rpc stops listening to what a killed child has left behind", async () => {
  const { child, clock, rpc, say } = connect();
  child.exit(137, "SIGKILL", { keepOutput: true });
  say({ method: "item/agentMessage/delta", params: {} });
  await settle();
  assert.equal(clock.sleeping, 1);
  await clock.advance(500);
  assert.equal((await rpc.closed).kind, "crash");
});

Deno.test("rpc gives up waiting when the signal says so", async () => {
  const { rpc } = connect();
  const stop = new AbortController();
  const answer = rpc.request("slow", {}, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
  await assert.rejects(rpc.request("slow", {}, stop.signal), /enough/);
});
