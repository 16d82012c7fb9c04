import { strict as assert } from "node:assert";
import { CodexAgent } from "./agent.ts";
import type { PermissionDecision } from "../agent.ts";
import { settle } from "../../../tests/support/fake_clock.ts";
import { FakeCodex, INPUT, type Message, Reader, SPEC } from "../../../tests/support/fake_codex.ts";

async function running() {
  const codex = new FakeCodex();
  const session = await new CodexAgent({ launcher: codex.launcher }).open(SPEC);
  const turn = new Reader(session.run(INPUT, new AbortController().signal));
  codex.started();
  await settle();
  const answer = (id: number) =>
    codex.received.find((message) => message.id === id && !("method" in message)) as
      | Message
      | undefined;
  /** Asks, decides as the user would, and returns the question and the answer. */
  const ask = async (method: string, params: Message, decision: PermissionDecision) => {
    codex.ask(0, method, params);
    await settle();
    const [question] = turn.of("permission");
    assert.ok(question, "the user is asked");
    await question.respond(decision);
    await settle();
    return { question, answer: answer(0)?.result };
  };
  return { codex, session, turn, ask, answer };
}

const COMMAND = {
  itemId: "c",
  command: "/bin/bash -lc 'touch '\\''a b'\\'''",
  cwd: "/work",
  reason: "needs to write",
};

Deno.test("a command to approve is shown without its shell, with folder and reason", async () => {
  const { ask } = await running();
  const { question, answer } = await ask(
    "item/commandExecution/requestApproval",
    COMMAND,
    { behavior: "allow" },
  );
  assert.equal(question.tool, "Bash");
  assert.equal(question.title, "Run a command in /work");
  assert.equal(question.detail, "touch 'a b'");
  assert.equal(question.reason, "needs to write");
  assert.deepEqual(answer, { decision: "accept" });
});

Deno.test("allowed for the session is told codex so", async () => {
  const { ask } = await running();
  const { answer } = await ask(
    "item/commandExecution/requestApproval",
    COMMAND,
    { behavior: "allow_session" },
  );
  assert.deepEqual(answer, { decision: "acceptForSession" });
});

Deno.test("the reason of a denial follows as a message into the running turn", async () => {
  const { codex, ask } = await running();
  const { answer } = await ask(
    "item/commandExecution/requestApproval",
    COMMAND,
    { behavior: "deny", reason: "use mkdir" },
  );
  assert.deepEqual(answer, { decision: "decline" });
  const [steer] = codex.params("turn/steer");
  assert.equal(steer?.expectedTurnId, "turn-1");
  assert.match(steer?.input[0].text, /use mkdir/);
});

Deno.test("a file change is shown with its paths and the diff of its item", async () => {
  const { codex, ask } = await running();
  codex.emit("item/started", {
    item: {
      type: "fileChange",
      id: "f",
      changes: [{ path: "/work/a.txt", kind: { type: "add" }, diff: "hello\n" }],
    },
  });
  const { question, answer } = await ask(
    "item/fileChange/requestApproval",
    { itemId: "f", reason: null },
    { behavior: "deny" },
  );
  assert.equal(question.tool, "Edit");
  assert.equal(question.title, "Change /work/a.txt");
  assert.equal(question.detail, "add /work/a.txt\nhello");
  assert.deepEqual(answer, { decision: "decline" });
  assert.equal(codex.params("turn/steer").length, 0);
});

Deno.test("wider permissions are granted as asked, or not at all", async () => {
  const permissions = { network: { enabled: true }, fileSystem: null };
  const allowed = await (await running()).ask(
    "item/permissions/requestApproval",
    { permissions, reason: "to fetch" },
    { behavior: "allow_session" },
  );
  assert.deepEqual(allowed.answer, {
    permissions: { network: { enabled: true } },
    scope: "session",
  });
  const denied = await (await running()).ask(
    "item/permissions/requestApproval",
    { permissions },
    { behavior: "deny" },
  );
  assert.deepEqual(denied.answer, { permissions: {}, scope: "turn" });
});

Deno.test("a question that codex takes back is cancelled, and a late answer goes nowhere", async () => {
  const { codex, turn, answer } = await running();
  codex.ask(3, "item/commandExecution/requestApproval", COMMAND);
  await settle();
  const [question] = turn.of("permission");
  codex.emit("serverRequest/resolved", { requestId: 3 });
  await settle();
  assert.deepEqual(turn.of("permission_cancelled"), [
    { type: "permission_cancelled", id: question!.id },
  ]);
  await question!.respond({ behavior: "allow" });
  await settle();
  assert.deepEqual(answer(3)?.result, { decision: "cancel" });
});

Deno.test("a question that is open at the end of the turn is cancelled before the end", async () => {
  const { codex, session, turn } = await running();
  codex.ask(0, "item/commandExecution/requestApproval", COMMAND);
  await settle();
  await session.interrupt();
  await turn.done;
  assert.deepEqual(turn.events.slice(-2).map(({ type }) => type), [
    "permission_cancelled",
    "result",
  ]);
});

Deno.test("an answered question is not cancelled when codex confirms it", async () => {
  const { codex, turn, ask } = await running();
  await ask("item/commandExecution/requestApproval", COMMAND, { behavior: "allow" });
  codex.emit("serverRequest/resolved", { requestId: 0 });
  codex.complete();
  await turn.done;
  assert.equal(turn.of("permission_cancelled").length, 0);
});

Deno.test("an MCP server that only wants a yes is put to the user; a form is declined", async () => {
  const { question, answer: yes } = await (await running()).ask(
    "mcpServer/elicitation/request",
    { serverName: "mail", message: "Send it?", requestedSchema: { properties: {} } },
    { behavior: "allow" },
  );
  assert.deepEqual([question.title, question.detail], ["mail asks to go on", "Send it?"]);
  assert.deepEqual(yes, { action: "accept", content: {}, _meta: null });
  const { codex, turn, answer } = await running();
  codex.ask(5, "mcpServer/elicitation/request", {
    serverName: "mail",
    message: "To whom?",
    requestedSchema: { properties: { to: { type: "string" } }, required: ["to"] },
  });
  await settle();
  assert.equal(turn.of("permission").length, 0);
  assert.equal(answer(5)?.result.action, "decline");
});

const QUESTIONS = [
  {
    id: "colour",
    header: "Colour",
    question: "Which colour?",
    options: [{ label: "Red", description: "warm" }, { label: "Blue", description: "cold" }],
  },
  { id: "name", header: "Name", question: "Which name?", options: null },
];

Deno.test("K11.7 questions are put to the user with their options, and the answers have their ids", async () => {
  const { ask, codex } = await running();
  const { question, answer } = await ask(
    "item/tool/requestUserInput",
    { questions: QUESTIONS },
    { behavior: "answer", answers: ["Blue", "Bert"] },
  );
  assert.deepEqual(question.choices, [
    {
      header: "Colour",
      question: "Which colour?",
      options: [
        { label: "Red", description: "warm", preview: "" },
        { label: "Blue", description: "cold", preview: "" },
      ],
      several: false,
    },
    { header: "Name", question: "Which name?", options: [], several: false },
  ]);
  const answers = { colour: { answers: ["Blue"] }, name: { answers: ["Bert"] } };
  assert.deepEqual(answer, { answers });
  assert.equal(codex.params("turn/steer").length, 0);
});

Deno.test("K11.7 a question that nobody answers tells the model so, in its answer", async () => {
  const { ask, codex } = await running();
  const decision = { behavior: "deny", reason: "later" } as const;
  const { answer } = await ask("item/tool/requestUserInput", { questions: QUESTIONS }, decision);
  assert.deepEqual(answer, {
    answers: { colour: { answers: ["later"] }, name: { answers: ["later"] } },
  });
  assert.equal(codex.params("turn/steer").length, 0);
});

Deno.test("K16.2 what will run is handed on whole", async () => {
  const command = `echo ${"x".repeat(9000)}`;
  const { question } = await (await running()).ask(
    "item/commandExecution/requestApproval",
    { itemId: "c", command },
    { behavior: "deny" },
  );
  assert.equal(question.detail, command);
});

Deno.test("questions no user can be asked get an answer at once", async () => {
  const { codex, turn, answer } = await running();
  codex.ask(1, "item/tool/requestUserInput", {
    questions: [{ id: "q1" }, { id: "q2", question: "Which password?", isSecret: true }],
  });
  codex.ask(2, "account/chatgptAuthTokens/refresh", {});
  codex.ask(3, "item/tool/call", { tool: "x" });
  codex.ask(4, "something/new", {});
  await settle();
  assert.deepEqual(Object.keys(answer(1)?.result.answers), ["q1", "q2"]);
  assert.match(answer(2)?.error.message, /codex login/);
  assert.equal(answer(3)?.result.success, false);
  assert.equal(answer(4)?.error.code, -32601);
  assert.equal(turn.of("permission").length, 0);
});
