import assert from "node:assert/strict";
import { defaultConfig } from "../config/schema.ts";
import { type CheckContext, checkFields } from "./check_fields.ts";

function context(more: object): CheckContext {
  return {
    config: { ...defaultConfig(), allowed_user_ids: [7], ...more },
    models: undefined as never,
    projects: { find: () => undefined, list: () => [] } as never,
    userZone: "UTC",
    now: Date.UTC(2026, 10, 25),
  };
}

Deno.test("K12 a job is not for a chat that the bot may not write to; groups are, unless there is a list of them", async () => {
  await assert.rejects(
    checkFields({ chat_id: 999 }, context({})),
    /999: it is not in allowed_user/,
  );
  await checkFields({ chat_id: 7 }, context({}));
  await checkFields({ chat_id: -5 }, context({}));
  const listed = context({ allowed_group_ids: [-5] });
  await checkFields({ chat_id: -5 }, listed);
  await assert.rejects(checkFields({ chat_id: -6 }, listed), /-6: it is not in allowed_group_ids/);
});
