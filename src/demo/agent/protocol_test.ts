/** What the demo agent says as Claude Code 2.1.331 does, and 2.1.197 did not. */
import { strict as assert } from "node:assert";
import { DemoAgentRig, temporaryFolder } from "../../../tests/support/demo_agent_rig.ts";

const BYPASS = ["--permission-mode", "bypassPermissions", "--include-partial-messages"];

Deno.test("a message with a uuid is named by all that serves it, and comes back", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig([...BYPASS, "--replay-user-messages"], folder.path);
  const uuid = "11111111-1111-4111-8111-111111111111";
  await agent.send({ type: "user", uuid, message: { role: "user", content: "hello" } });
  await agent.next(({ state }) => state === "completed");
  const order = agent.messages.flatMap((message) =>
    message.command_uuid === uuid
      ? message.state
      : message.isReplay
      ? `replay ${message.uuid === uuid}`
      : message.user_message_uuids
      ? `${message.subtype} ${message.user_message_uuids}`
      : []
  );
  assert.deepEqual(order, [
    "queued",
    "started",
    `init ${uuid}`,
    "replay true",
    `status ${uuid}`,
    `success ${uuid}`,
    "completed",
  ]);
});

Deno.test("what ran in the background wakes it: notification, init, a result with its origin", async () => {
  await using folder = await temporaryFolder();
  await using agent = new DemoAgentRig(BYPASS, folder.path);
  await agent.ask("in the background: exit 0");
  const woken = await agent.next(({ type, origin }) => type === "result" && origin !== undefined);
  assert.equal(woken.origin.kind, "task-notification");
  assert.match(woken.result, /completed \(exit code 0\)/);
  assert.equal(woken.user_message_uuids, undefined);
  const before = agent.messages.filter(({ subtype }) => subtype === "task_notification");
  assert.deepEqual(before.map(({ status }) => status), ["completed"]);
  const lists = agent.messages.filter(({ subtype }) => subtype === "background_tasks_changed");
  assert.deepEqual(lists.map(({ tasks }) => tasks.length), [1, 0]);
});

Deno.test("a plan is asked about from its file, in every mode; a no comes back with its words", async () => {
  await using folder = await temporaryFolder();
  const args = [...BYPASS, "--permission-prompt-tool", "stdio"];
  await using agent = new DemoAgentRig(args, folder.path);
  await agent.say("make a plan");
  const { request_id, request } = await agent.next(({ type }) => type === "control_request");
  assert.equal(request.tool_name, "ExitPlanMode");
  assert.equal(request.requires_user_interaction, true);
  assert.equal(await Deno.readTextFile(request.input.planFilePath), request.input.plan);
  const response = { behavior: "deny", message: "with milk" };
  await agent.send({ type: "control_response", response: { request_id, response } });
  const { result } = await agent.next(({ type }) => type === "result");
  assert.match(result, /keep planning[^]*with milk/);
});
