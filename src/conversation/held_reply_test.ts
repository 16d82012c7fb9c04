import assert from "node:assert/strict";
import { HeldReply } from "./held_reply.ts";
import type { Reply } from "./speaker.ts";

function rig() {
  const shown: string[] = [];
  const reply = new HeldReply(() =>
    ({
      text: (delta) => void shown.push(delta),
      finish: ({ outcome }) => Promise.resolve(void shown.push(`(${outcome})`)),
      delivered: Promise.resolve("delivered"),
    }) as Reply
  );
  return { reply, shown };
}

Deno.test("held reply: what an agent says on its way is not shown, its answer is", async () => {
  const { reply, shown } = rig();
  reply.text("I will look.");
  reply.tool("Bash", "date");
  reply.text("It broke");
  reply.withdraw("broke");
  reply.text(" works.");
  await reply.finish({ outcome: "answered" });
  assert.deepEqual(shown, ["It works.", "(answered)"]);
  assert.equal(await reply.delivered, "delivered");
});

Deno.test("held reply: an agent that has nothing to say says nothing, one that failed does", async () => {
  const { reply, shown } = rig();
  reply.text("`NOTHING_TO_REPORT`");
  await reply.finish({ outcome: "answered" });
  assert.deepEqual([shown, await reply.delivered], [[], "dropped"]);
  const failed = rig();
  await failed.reply.finish({ outcome: "failed", failure: { type: "program_ends" } });
  assert.deepEqual(failed.shown, ["", "(failed)"]);
});
