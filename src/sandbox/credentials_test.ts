import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { type Login, Logins, loginsOf } from "./credentials.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const clock = new FakeClock();
const HOUR = 3_600_000;

/** What Claude Code 2.1 keeps in its file, for a user with an MCP server. */
const claudeFile = (token: string, endsAt = clock.now() + HOUR) =>
  JSON.stringify({
    claudeAiOauth: {
      accessToken: `sk-ant-oat01-${token}`,
      refreshToken: `sk-ant-ort01-${token}`,
      expiresAt: endsAt,
      refreshTokenExpiresAt: endsAt + 1000 * HOUR,
      scopes: ["user:inference", "user:profile"],
      subscriptionType: "max",
      rateLimitTier: "default_claude_max_5x",
      clientId: "client",
    },
    organizationUuid: "org",
    mcpOAuth: { "tracker|1": { accessToken: "mcp-access", refreshToken: "mcp-refresh" } },
    pluginSecrets: { some: { key: "plugin-secret" } },
  });

const jwt = (claims: Record<string, unknown>) =>
  ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url"))
    .join(".");

/** What Codex 0.169 keeps in its file. */
const codexFile = (token: string, endsAt = clock.now() + HOUR) =>
  JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens: {
      id_token: jwt({ id: token }),
      access_token: jwt({ token, exp: Math.floor(endsAt / 1000) }),
      refresh_token: `rt-${token}`,
      account_id: "account",
    },
    last_refresh: "2026-11-23T12:00:00Z",
    other: "more",
  });

interface Bench {
  folder: TempFolder;
  claude: Login;
  codex: Login;
  logins: Logins;
  /** Logins that were renewed; what happens then is up to the test. */
  renewed: Login[];
  renew: { now: (login: Login) => Promise<void> };
}

async function withLogins(fn: (bench: Bench) => Promise<void>) {
  await using folder = await TempFolder.make();
  const home = new Home(folder.at("home"), folder.at("user"));
  const [claude, codex] = loginsOf(home, () => undefined) as [Login, Login];
  for (const { host, inside } of [claude, codex]) {
    await Deno.mkdir(join(host, ".."), { recursive: true });
    await Deno.mkdir(join(inside(), ".."), { recursive: true });
  }
  const renewed: Login[] = [];
  const renew = { now: (_: Login) => Promise.resolve() };
  const logins = new Logins([claude, codex], (login) => {
    renewed.push(login);
    return renew.now(login);
  }, clock);
  await fn({ folder, claude, codex, logins, renewed, renew });
}

const json = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test("K16.1 logins: of Claude's file only the access token and what names it get in", () =>
  withLogins(async ({ claude, logins }) => {
    await Deno.writeTextFile(claude.host, claudeFile("one"));
    await logins.sync();
    assert.deepEqual(await json(claude.inside()), {
      claudeAiOauth: {
        accessToken: "sk-ant-oat01-one",
        expiresAt: clock.now() + HOUR,
        scopes: ["user:inference", "user:profile"],
        subscriptionType: "max",
        rateLimitTier: "default_claude_max_5x",
      },
    });
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(claude.inside())).mode! & 0o777, 0o600);
    }
  }));

Deno.test("K16.1 logins: of Codex's file only the access token and its account get in", () =>
  withLogins(async ({ codex, logins }) => {
    await Deno.writeTextFile(codex.host, codexFile("one"));
    await logins.sync();
    const token = JSON.parse(codexFile("one")).tokens.access_token;
    assert.deepEqual(await json(codex.inside()), {
      auth_mode: "chatgpt",
      tokens: { id_token: token, access_token: token, refresh_token: "", account_id: "account" },
      last_refresh: "2026-11-23T12:00:00Z",
    });
  }));

for (
  const [what, file, expected] of [
    ["an API key of an older Codex", { OPENAI_API_KEY: "sk-1", tokens: null }, {
      auth_mode: "apikey",
      OPENAI_API_KEY: "sk-1",
    }],
    ["an API key beside a ChatGPT login that is in use", {
      ...JSON.parse(codexFile("one")),
      OPENAI_API_KEY: "sk-1",
    }, undefined],
    ["a personal access token", {
      auth_mode: "personalAccessToken",
      personal_access_token: "at-1",
      OPENAI_API_KEY: "sk-1",
    }, { auth_mode: "personalAccessToken", personal_access_token: "at-1" }],
  ] as const
) {
  Deno.test(`K16.1 logins: one key of Codex gets in, given ${what}`, () =>
    withLogins(async ({ codex, logins }) => {
      await Deno.writeTextFile(codex.host, JSON.stringify(file));
      await logins.sync();
      const inside = await json(codex.inside());
      if (expected !== undefined) assert.deepEqual(inside, expected);
      else assert.equal("OPENAI_API_KEY" in inside, false);
    }));
}

/** What an agent may put in the place of a login file. */
const FORGED: Record<string, (login: Login, bench: Bench) => Promise<void>> = {
  "a valid login of another account": (login) =>
    Deno.writeTextFile(
      login.inside(),
      login.inside().endsWith("auth.json")
        ? codexFile("evil", clock.now() + 9 * HOUR)
        : claudeFile("evil", clock.now() + 9 * HOUR),
    ),
  "the login that was handed in, with a newer token": async (login) => {
    const text = await Deno.readTextFile(login.inside());
    await Deno.writeTextFile(login.inside(), text.replaceAll("one", "two"));
  },
  "what is no JSON": (login) => Deno.writeTextFile(login.inside(), "evil"),
  "what is no login": (login) => Deno.writeTextFile(login.inside(), '{"hooks":"evil"}'),
  "a file of 8 MB": (login) => Deno.writeFile(login.inside(), new Uint8Array(8 << 20)),
  "nothing": (login) => Deno.remove(login.inside()),
  "a link to another login": async (login, { folder }) => {
    await Deno.writeTextFile(folder.at("other"), claudeFile("evil"));
    await Deno.remove(login.inside());
    await Deno.symlink(folder.at("other"), login.inside());
  },
  "a link to the host's own": async (login) => {
    await Deno.remove(login.inside());
    await Deno.symlink(login.host, login.inside());
  },
  "a hard link to another login": async (login, { folder }) => {
    await Deno.writeTextFile(folder.at("other"), claudeFile("evil"));
    await Deno.remove(login.inside());
    await Deno.link(folder.at("other"), login.inside());
  },
  "a folder": async (login) => {
    await Deno.remove(login.inside());
    await Deno.mkdir(join(login.inside(), "deep"), { recursive: true });
  },
};

for (const [what, forge] of Object.entries(FORGED)) {
  Deno.test(`K16.1 logins: the host's stay byte for byte when an agent puts ${what} inside`, () =>
    withLogins(async (bench) => {
      const { claude, codex, logins, folder } = bench;
      await Deno.writeTextFile(claude.host, claudeFile("one"));
      await Deno.writeTextFile(codex.host, codexFile("one"));
      await logins.sync();
      const given = await Promise.all([claude, codex].map((each) => json(each.inside())));
      for (const login of [claude, codex]) await forge(login, bench);
      // A bot that was started anew knows nothing of before.
      const next = new Logins([claude, codex], () => Promise.resolve(), clock);
      for (const each of [logins, next, logins]) await each.sync();
      assert.equal(await Deno.readTextFile(claude.host), claudeFile("one"));
      assert.equal(await Deno.readTextFile(codex.host), codexFile("one"));
      if (what.includes("another login")) {
        assert.equal(await Deno.readTextFile(folder.at("other")), claudeFile("evil"));
      }
      if (what === "a folder") return;
      // The login works again.
      assert.deepEqual(
        await Promise.all([claude, codex].map((each) => json(each.inside()))),
        given,
      );
      assert.equal((await Deno.lstat(claude.inside())).isSymlink, false);
    }));
}

Deno.test("logins: one that has changed on the host gets in", () =>
  withLogins(async ({ claude, logins }) => {
    await Deno.writeTextFile(claude.host, claudeFile("one"));
    await logins.sync();
    await Deno.writeTextFile(claude.host, claudeFile("two"));
    await logins.sync();
    assert.equal((await json(claude.inside())).claudeAiOauth.accessToken, "sk-ant-oat01-two");
  }));

Deno.test("logins: without one on the host, one made inside stays there", () =>
  withLogins(async ({ claude, logins }) => {
    for (const host of [undefined, "junk", "[null]", '{"mcpOAuth":{}}', '{"claudeAiOauth":7}']) {
      if (host !== undefined) await Deno.writeTextFile(claude.host, host);
      await Deno.writeTextFile(claude.inside(), claudeFile("inside"));
      await logins.sync();
      assert.equal(await Deno.readTextFile(claude.inside()), claudeFile("inside"));
    }
  }));

Deno.test("K16.1 logins: the host renews a token that is about to end, then it gets in", () =>
  withLogins(async ({ claude, codex, logins, renewed, renew }) => {
    renew.now = (login) =>
      Deno.writeTextFile(login.host, login === claude ? claudeFile("new") : codexFile("new"));
    await Deno.writeTextFile(claude.host, claudeFile("old", clock.now() + 5 * 60_000));
    await Deno.writeTextFile(codex.host, codexFile("old", clock.now() + 5 * 60_000));
    await logins.sync();
    assert.deepEqual(renewed, []);
    await clock.advance(2 * 60_000);
    // A launch and the timer at the same time.
    await Promise.all([logins.sync(), logins.sync()]);
    assert.deepEqual(renewed.map(({ host }) => host).sort(), [claude.host, codex.host].sort());
    assert.equal((await json(claude.inside())).claudeAiOauth.accessToken, "sk-ant-oat01-new");
    const { tokens } = await json(codex.inside());
    assert.equal(tokens.access_token, JSON.parse(codexFile("new")).tokens.access_token);
    await logins.sync();
    assert.equal(renewed.length, 2);
  }));

Deno.test("K16.1 logins: one that cannot be renewed gets in as it is, and is tried once a minute", () =>
  withLogins(async ({ claude, logins, renewed, renew }) => {
    renew.now = () => Promise.reject(new Error("offline"));
    await Deno.writeTextFile(claude.host, claudeFile("old", clock.now() - 1));
    for (let times = 0; times < 3; times++) await logins.sync();
    assert.equal(renewed.length, 1);
    assert.equal((await json(claude.inside())).claudeAiOauth.accessToken, "sk-ant-oat01-old");
    await clock.advance(60_000);
    await logins.sync();
    assert.equal(renewed.length, 2);
    // A clock that is set back is no reason to wait for longer.
    clock.jump(-1);
    await clock.advance(60_000);
    await logins.sync();
    assert.equal(renewed.length, 3);
    // Another login is another chance.
    await Deno.writeTextFile(claude.host, claudeFile("other", clock.now() - 1));
    await logins.sync();
    assert.equal(renewed.length, 4);
  }));

Deno.test("K16.1 logins: what has no refresh token is not renewed", () =>
  withLogins(async ({ claude, codex, logins, renewed }) => {
    const old = clock.now() - 1;
    await Deno.writeTextFile(
      claude.host,
      JSON.stringify({ claudeAiOauth: { accessToken: "a", expiresAt: old, scopes: [] } }),
    );
    await Deno.writeTextFile(codex.host, JSON.stringify({ OPENAI_API_KEY: "sk-1" }));
    await logins.sync();
    assert.deepEqual(renewed, []);
  }));

Deno.test("logins: the CLIs' own variables say where they are", () => {
  const home = new Home("/h", "/u");
  const env = (name: string) => name === "CODEX_HOME" ? "/c" : undefined;
  assert.deepEqual(loginsOf(home, env).map(({ host }) => host), [
    join("/u", ".claude", ".credentials.json"),
    join("/c", "auth.json"),
  ]);
});

Deno.test("K16.1 logins: it is told when somebody inside has changed one, and never when the host did", () =>
  withLogins(async (bench) => {
    const { claude, codex } = bench;
    const told: string[] = [];
    const logins = new Logins([claude, codex], () => Promise.resolve(), clock, {
      changed: ({ title }) => told.push(title),
    });
    await Deno.writeTextFile(claude.host, claudeFile("one"));
    await Deno.writeTextFile(codex.host, codexFile("one"));
    for (const token of ["one", "two"]) {
      await Deno.writeTextFile(claude.host, claudeFile(token));
      await logins.sync();
      await Deno.readTextFile(claude.inside());
    }
    assert.deepEqual(told, []);
    for (const [what, forge] of Object.entries(FORGED)) {
      await forge(codex, bench);
      await logins.sync();
      assert.deepEqual(told.splice(0), ["Codex"], what);
      await Deno.remove(codex.inside(), { recursive: true }).catch(() => {});
      await logins.sync();
      told.length = 0;
    }
  }));

Deno.test("K16.5 logins: each conversation that runs is given them", () =>
  withLogins(async ({ claude, codex }) => {
    await Deno.writeTextFile(claude.host, claudeFile("one"));
    const conversations = [undefined, "7", "-100.3", "being-made"];
    for (const one of conversations.slice(0, 3)) {
      await Deno.mkdir(join(claude.inside(one), ".."), { recursive: true });
    }
    await new Logins([claude, codex], () => Promise.resolve(), clock, {
      conversations: () => conversations,
    }).sync();
    for (const one of conversations.slice(0, 3)) {
      assert.match(await Deno.readTextFile(claude.inside(one)), /sk-ant-oat01-one/);
    }
  }));
