import assert from "node:assert/strict";
import { join } from "node:path";
import { Logins, loginsOf } from "../../../src/sandbox/credentials.ts";
import { Home } from "../../../src/config/home.ts";

const login = (token: string, account = "a") =>
  JSON.stringify({ tokens: { refresh_token: token, account_id: account } });

async function withLogin(
  fn: (paths: { host: string; inside: string; logins: Logins; folder: string }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const host = join(folder, "host.json");
  const inside = join(folder, "inside.json");
  try {
    const logins = new Logins([{ host, inside, keys: ["tokens"] }]);
    await fn({ host, inside, logins, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a login of the host gets in, for its owner only", () =>
  withLogin(async ({ host, inside, logins }) => {
    await Deno.writeTextFile(host, login("one"));
    await logins.sync();
    assert.equal(await Deno.readTextFile(inside), login("one"));
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(inside)).mode! & 0o777, 0o600);
  }));

Deno.test("a login that was refreshed on one side gets to the other", () =>
  withLogin(async ({ host, inside, logins }) => {
    await Deno.writeTextFile(host, login("one"));
    await logins.sync();
    await Deno.writeTextFile(inside, login("two"));
    await logins.sync();
    assert.equal(await Deno.readTextFile(host), login("two"));
    await Deno.writeTextFile(host, login("three"));
    await logins.sync();
    assert.equal(await Deno.readTextFile(inside), login("three"));
  }));

for (
  const [what, text] of [
    ["what is no login", JSON.stringify({ hooks: "evil" })],
    ["what is no JSON", "evil"],
    ["the login of another account", login("two", "somebody else")],
  ] as const
) {
  Deno.test(`${what} does not get out`, () =>
    withLogin(async ({ host, inside, logins }) => {
      await Deno.writeTextFile(host, login("one"));
      await logins.sync();
      await Deno.writeTextFile(inside, text);
      await logins.sync();
      assert.equal(await Deno.readTextFile(host), login("one"));
      assert.equal(await Deno.readTextFile(inside), login("one"));
    }));
}

Deno.test("a link inside is neither read nor written through", () =>
  withLogin(async ({ host, inside, logins, folder }) => {
    const other = join(folder, "other");
    await Deno.writeTextFile(other, login("other"));
    await Deno.writeTextFile(host, login("one"));
    await Deno.symlink(other, inside);
    await logins.sync();
    assert.equal(await Deno.readTextFile(host), login("one"));
    assert.equal(await Deno.readTextFile(other), login("other"));
    assert.equal((await Deno.lstat(inside)).isSymlink, false);
  }));

Deno.test("without a login on the host, one made inside stays there", () =>
  withLogin(async ({ host, inside, logins }) => {
    await Deno.writeTextFile(inside, login("inside"));
    await logins.sync();
    assert.equal(await Deno.readTextFile(inside), login("inside"));
    await assert.rejects(Deno.stat(host), Deno.errors.NotFound);
  }));

Deno.test("the CLIs' own variables say where their logins are", () => {
  const home = new Home("/h", "/u");
  const env = (name: string) => name === "CODEX_HOME" ? "/c" : undefined;
  assert.deepEqual(loginsOf(home, env).map(({ host }) => host), [
    join("/u", ".claude", ".credentials.json"),
    join("/c", "auth.json"),
  ]);
});
