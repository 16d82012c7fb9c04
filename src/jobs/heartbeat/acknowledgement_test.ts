import assert from "node:assert/strict";
import { withoutAck } from "./acknowledgement.ts";

Deno.test("heartbeat ack: the token for nothing is taken off at the ends, not in the middle", () => {
  const strip = (text: string) => withoutAck(text, "HEARTBEAT_OK");
  for (
    const nothing of [
      "HEARTBEAT_OK",
      "HEARTBEAT_OK\n",
      "**HEARTBEAT_OK**",
      "`HEARTBEAT_OK`.",
      "",
    ]
  ) assert.equal(strip(nothing), "", nothing);
  assert.equal(strip("HEARTBEAT_OK\nNews."), "News.");
  assert.equal(strip("News.\n\nHEARTBEAT_OK"), "News.");
  assert.equal(
    strip("I say HEARTBEAT_OK when nothing is new."),
    "I say HEARTBEAT_OK when nothing is new.",
  );
  assert.equal(strip("HEARTBEAT_OKAY then"), "HEARTBEAT_OKAY then");
  assert.equal(withoutAck("a.b", "a.b"), "");
  assert.equal(withoutAck("axb", "a.b"), "axb");
});
