import assert from "node:assert/strict";
import { RENEWAL as OF_CLAUDE } from "../agents/claude/login.ts";
import { RENEWAL as OF_CODEX } from "../agents/codex/login.ts";
import { renewOnHost } from "./renewal.ts";
import { FakeLauncher } from "../../tests/support/fake_child.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";

const CLAUDE_RENEWAL = { ...OF_CLAUDE, command: "claude" };
const CODEX_RENEWAL = { ...OF_CODEX, command: "codex" };

Deno.test("K16.1 renewal: Codex is ended when it has answered, not before", async () => {
  const host = new FakeLauncher();
  host.onLaunch = (child) => {
    child.onWrite = ({ id }) => {
      if (id !== 2) return;
      child.say("no JSON", { method: "account/updated", params: {} }, { id: 1, result: {} });
      assert.deepEqual(child.kills, []);
      child.say({ id: 2, result: {} });
    };
  };
  await renewOnHost(CODEX_RENEWAL, { host, cwd: "/home", clock: new FakeClock() });
  assert.deepEqual(host.launched, [{ command: "codex", args: ["app-server"], cwd: "/home" }]);
  const [child] = host.children;
  assert.deepEqual(child!.written.at(-1), {
    id: 2,
    method: "account/read",
    params: { refreshToken: true },
  });
  assert.equal(child!.kills.length, 1);
});

Deno.test("K16.1 renewal: Claude is asked for nothing but its servers, and ends by itself", async () => {
  const host = new FakeLauncher();
  await renewOnHost(CLAUDE_RENEWAL, { host, cwd: "/home", clock: new FakeClock() });
  assert.deepEqual(host.launched.map(({ args }) => args.slice(0, 2)), [["mcp", "get"]]);
  assert.deepEqual(host.children[0]!.kills.map(({ alive }) => alive), [false]);
});

for (const renewal of [CLAUDE_RENEWAL, CODEX_RENEWAL]) {
  Deno.test(`K16.1 renewal: ${renewal.command} that hangs is ended after a minute`, async () => {
    const clock = new FakeClock();
    const host = new FakeLauncher();
    host.onLaunch = (child) => child.obedient = false;
    const renewed = renewOnHost(renewal, { host, cwd: "/home", clock });
    await clock.advance(59_999);
    assert.deepEqual(host.children[0]!.kills, []);
    await clock.advance(1);
    await renewed;
    assert.equal(host.children[0]!.alive, false);
  });
}

Deno.test("K16.1 renewal: a CLI the host does not have is told", async () => {
  const host = new FakeLauncher();
  host.installed = false;
  await assert.rejects(
    renewOnHost(CLAUDE_RENEWAL, { host, cwd: "/home", clock: new FakeClock() }),
    { kind: "not_found" },
  );
});
