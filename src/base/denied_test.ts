import assert from "node:assert/strict";
import { deniedText } from "./denied.ts";

/** How the real refusal of `act` is told. */
async function told(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
  } catch (error) {
    return deniedText(error);
  }
  throw new Error("it was not refused");
}

Deno.test({
  name: "denied: what was wanted is said, and which key of the config changes that",
  permissions: { read: true },
  async fn() {
    const write = await told(() => Deno.writeTextFile("/nowhere/x", ""));
    assert.match(write!, /the bot wanted to write \/nowhere\/x, and writes only below its home/);
    const net = await told(() => Deno.connect({ hostname: "192.0.2.1", port: 443 }));
    assert.match(net!, /wanted to reach 192\.0\.2\.1:443, .*telegram_api_root.*\/restart/);
    const run = await told(() => new Deno.Command("/bin/true").output());
    assert.match(run!, /wanted to run \/bin\/true, .*PATH, docker\.command.*\/restart/);
    const env = await told(() => Deno.env.get("HOME"));
    assert.match(env!, /wanted to look at HOME, which it has no use for/);
    for (const text of [write, net, run]) assert.doesNotMatch(text!, /--allow|compile/);
  },
});

Deno.test("denied: what the system refuses, or something else, is not told as that", () => {
  for (const error of [new Deno.errors.PermissionDenied("no"), new Error("x"), "y", undefined]) {
    assert.equal(deniedText(error), undefined);
  }
});
