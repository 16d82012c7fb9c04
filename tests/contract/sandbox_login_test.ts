/**
 * What the sandbox relies on of the real CLIs: they work with a login that cannot be renewed, take up
 * a newer one in the middle, and renew their own when the host asks them to.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { delimiter, dirname } from "node:path";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { Home } from "../../src/config/home.ts";
import { type Login, Logins, loginsOf } from "../../src/sandbox/credentials.ts";
import { renewOnHost } from "../../src/sandbox/renewal.ts";
import { ModelServer } from "../support/model_server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findCli } from "./cases.ts";

const claude = findCli("claude");
const codex = findCli("codex");
const HOUR = 3_600_000;

interface Bench {
  folder: TempFolder;
  claude: Login;
  codex: Login;
  logins: Logins;
  env: Record<string, string>;
}

/** The host's CLIs, with nothing to talk to but what `env` names. */
async function bench(env: Record<string, string>, fn: (bench: Bench) => Promise<void>) {
  await using folder = await TempFolder.make();
  const [claudeLogin, codexLogin] = loginsOf(
    new Home(folder.at("home"), folder.at("user")),
    () => undefined,
  ) as [Login, Login];
  for (const { host, inside } of [claudeLogin, codexLogin]) {
    await Deno.mkdir(dirname(host), { recursive: true });
    await Deno.mkdir(dirname(inside()), { recursive: true });
  }
  const clis = [claude, codex].flatMap((path) => path === undefined ? [] : [dirname(path)]);
  const all = {
    PATH: [...clis, Deno.env.get("PATH") ?? ""].join(delimiter),
    HOME: folder.at("user"),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    IS_SANDBOX: "1",
    NO_PROXY: "127.0.0.1",
    HTTPS_PROXY: "http://127.0.0.1:1",
    ...env,
  };
  const host = new HostLauncher({ env: () => all });
  const logins = new Logins(
    [claudeLogin, codexLogin],
    ({ renewal }) => renewOnHost(renewal, { host, cwd: folder.path }),
  );
  await fn({ folder, claude: claudeLogin, codex: codexLogin, logins, env: all });
}

const claudeFile = (token: string, endsAt: number) =>
  JSON.stringify({
    claudeAiOauth: {
      accessToken: `sk-ant-oat01-${token}`,
      refreshToken: `sk-ant-ort01-${token}`,
      expiresAt: endsAt,
      scopes: ["user:inference", "user:profile"],
      subscriptionType: "max",
    },
  });

const jwt = (claims: Record<string, unknown>) =>
  [{ alg: "RS256" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".") + ".c2ln";

const codexToken = (name: string, endsAt: number) =>
  jwt({
    name,
    exp: Math.floor(endsAt / 1000),
    "https://api.openai.com/auth": { chatgpt_account_id: "account", chatgpt_plan_type: "plus" },
  });

Deno.test({
  name: "K16.1 claude: works with what is handed in, and a live process takes up a newer token",
  ignore: !claude,
  async fn() {
    await using server = await ModelServer.start();
    await bench({ ANTHROPIC_BASE_URL: server.url }, async (bench) => {
      await Deno.writeTextFile(bench.claude.host, claudeFile("one", Date.now() + HOUR));
      await bench.logins.sync();
      const env = { ...bench.env, CLAUDE_CONFIG_DIR: dirname(bench.claude.inside()) };
      const agent = new ClaudeAgent({
        launcher: new HostLauncher({ env: () => env }),
        command: claude!,
        env,
      });
      const session = await agent.open({
        cwd: bench.folder.path,
        permissionMode: "bypassPermissions",
        extraArgs: [],
        env,
      });
      const ask = async (text: string) => {
        const input = { text, permissionMode: "bypassPermissions" as const };
        const events = await Array.fromAsync(session.run(input, AbortSignal.timeout(60_000)));
        assert.equal(events.at(-1)!.type, "result", JSON.stringify(events.at(-1)));
        return server.requests.at(-1)!.headers.authorization;
      };
      try {
        assert.equal(await ask("hello"), "Bearer sk-ant-oat01-one");
        await Deno.writeTextFile(bench.claude.host, claudeFile("two", Date.now() + HOUR));
        await bench.logins.sync();
        assert.equal(await ask("again"), "Bearer sk-ant-oat01-two");
      } finally {
        await session.close();
      }
    });
  },
});

for (
  const [what, endsInMs, asks] of [
    ["is about to end", 3 * 60_000, true],
    ["is good for an hour", HOUR, false],
  ] as const
) {
  Deno.test({
    name: `K16.1 claude: a token of the host that ${what} is ${asks ? "" : "not "}renewed there`,
    ignore: !claude,
    async fn() {
      const asked: string[] = [];
      // It sees where the CLI wants to go, and lets it go nowhere.
      const gate = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const gone = (async () => {
        for await (const connection of gate) {
          const bytes = new Uint8Array(1024);
          const read = await connection.read(bytes).catch(() => null);
          asked.push(new TextDecoder().decode(bytes.subarray(0, read ?? 0)).split(" ")[1] ?? "");
          connection.close();
        }
      })();
      const env = { HTTPS_PROXY: `http://127.0.0.1:${(gate.addr as Deno.NetAddr).port}` };
      await bench(env, async ({ claude, logins }) => {
        const file = claudeFile("old", Date.now() + endsInMs);
        await Deno.writeTextFile(claude.host, file);
        await logins.sync();
        const { claudeAiOauth } = JSON.parse(await Deno.readTextFile(claude.host));
        assert.equal(claudeAiOauth.accessToken, "sk-ant-oat01-old");
      });
      gate.close();
      await gone;
      assert.equal(asked.includes("platform.claude.com:443"), asks, asked.join(" "));
    },
  });
}

Deno.test({
  name: "K16.1 codex: the host renews its login, and Codex knows what is handed in for one",
  ignore: !codex,
  async fn() {
    const fresh = codexToken("new", Date.now() + 240 * HOUR);
    const asked: string[] = [];
    await using service = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        asked.push((await request.json()).refresh_token);
        return Response.json({
          id_token: fresh,
          access_token: fresh,
          refresh_token: `rt-${asked.length}`,
        });
      },
    );
    const url = `http://127.0.0.1:${service.addr.port}/oauth/token`;
    await bench(
      { CODEX_REFRESH_TOKEN_URL_OVERRIDE: url },
      async ({ codex: login, logins, env }) => {
        const old = codexToken("old", Date.now() + 60_000);
        await Deno.writeTextFile(
          login.host,
          JSON.stringify({
            OPENAI_API_KEY: null,
            tokens: {
              id_token: old,
              access_token: old,
              refresh_token: "rt-old",
              account_id: "account",
            },
            last_refresh: new Date().toISOString(),
          }),
        );
        await logins.sync();
        // A version may renew at its start and once more when told to; the last one must not be lost.
        assert.deepEqual(asked, ["rt-old", "rt-1"].slice(0, asked.length));
        const host = JSON.parse(await Deno.readTextFile(login.host)).tokens;
        assert.deepEqual([host.access_token, host.refresh_token], [fresh, `rt-${asked.length}`]);
        const inside = await Deno.readTextFile(login.inside());
        assert.equal(JSON.parse(inside).tokens.access_token, fresh);
        assert.equal(inside.includes("rt-"), false);
        const { stdout, stderr } = await new Deno.Command(codex!, {
          args: ["login", "status"],
          env: { ...env, CODEX_HOME: dirname(login.inside()) },
          cwd: dirname(login.inside()),
        }).output();
        const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
        assert.match(said, /Logged in using ChatGPT/);
      },
    );
  },
});
