/**
 * The installed service on a real systemd, in a world behind a proxy with a certificate of its own:
 * Telegram and the model are reached by what `.env` says, and by nothing else.
 */
import assert from "node:assert/strict";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { installedClis } from "../contract/cases.ts";
import { Internet, whyNoInternet } from "../support/internet.ts";
import { ModelServer } from "../support/model_server.ts";
import { until } from "../support/processes.ts";
import { RealSystemd, whyNoSystemd } from "../support/real_systemd.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { said } from "../support/upgrade_chat.ts";

const binary = Deno.env.get("DUCTOR_TEST_BINARY");
const [claude] = installedClis("claude");
const missing = binary === undefined
  ? "DUCTOR_TEST_BINARY"
  : claude === undefined
  ? "claude"
  : whyNoInternet() ?? await whyNoSystemd();
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

const BIN = "/home/ann/.local/bin";
const ENV = "/home/ann/.ductor/.env";

Deno.test({
  name: `K4.1 the service reaches Telegram and the model by .env only, and follows it${skipped}`,
  ignore: missing !== undefined,
  fn: async (t) => {
    await using telegram = await BotApiServer.start();
    await using model = await ModelServer.start();
    const alice = telegram.user({ id: 7, first_name: "Alice" });
    const homes = {
      "api.telegram.org": telegram.apiRoot,
      "model.example": model.url,
    } as Record<string, string>;
    await using internet = await Internet.start(Object.keys(homes), (url, request) => {
      const { method, headers, body, signal } = request;
      return fetch(homes[url.hostname] + url.pathname + url.search, {
        method,
        headers,
        body,
        signal,
      });
    });
    await using temp = await TempFolder.make();
    await Deno.chmod(temp.path, 0o755);
    await Deno.copyFile(binary!, temp.at("ductor"));
    await Deno.copyFile(internet.env.SSL_CERT_FILE!, temp.at("authority.pem"));
    await Deno.writeTextFile(
      temp.at("config.json"),
      JSON.stringify({
        telegram_token: telegram.token,
        allowed_user_ids: [7],
        provider: "claude",
        update: { check: false },
      }),
    );
    await using systemd = await RealSystemd.boot(temp.path);
    const shell = {
      HTTPS_PROXY: internet.env.HTTPS_PROXY!,
      NODE_EXTRA_CA_CERTS: temp.at("authority.pem"),
      // Older runtimes look at this one only.
      DENO_CERT: temp.at("authority.pem"),
      ANTHROPIC_BASE_URL: "https://model.example",
      ANTHROPIC_API_KEY: "sk-of-the-shell",
    };
    const ductor = (args: string, env: Record<string, string> = {}) =>
      systemd.ann(
        Object.entries(env).map(([name, value]) => `export ${name}='${value}'; `).join("") +
          `${BIN}/ductor ${args}`,
      );
    let told = 0;
    const asks = async (key: string) => {
      alice.send("hello");
      const count = ++told;
      await until(
        () => said(telegram, /hello/i).length >= count,
        async () =>
          `an answer in ${JSON.stringify(telegram.messages(7).map(({ text }) => text))}; ` +
          await systemd.ann("tail -n 30 ~/.ductor/logs/agent.log"),
        60_000,
      );
      assert.equal(model.requests.at(-1)!.headers["x-api-key"], key);
    };

    await t.step(
      "service install takes the shell's variables over, and the bot works",
      async () => {
        await systemd.ann(
          `install -D -m 755 ${temp.at("ductor")} ${BIN}/ductor; ln -s ${
            claude!.path
          } ${BIN}/claude; ` +
            `install -D -m 600 ${temp.at("config.json")} /home/ann/.ductor/config/config.json`,
        );
        const said = await ductor("service install --env", shell);
        assert.match(
          said,
          /ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, DENO_CERT, HTTPS_PROXY, NODE_EXTRA_CA_CERTS/,
        );
        assert.ok(!said.includes("sk-of"));
        assert.equal(await systemd.ann(`stat -c %a ${ENV}`), "600");
        await asks("sk-of-the-shell");
        assert.ok(internet.connected.includes("api.telegram.org:443"));
        assert.ok(internet.connected.includes("model.example:443"));
      },
    );

    await t.step("a change acts on the next session, without a restart", async () => {
      await ductor("env set ANTHROPIC_API_KEY sk-another");
      alice.send("/new");
      await until(() => said(telegram, /new session|fresh/i).length > 0, "a new session");
      await asks("sk-another");
    });

    await t.step("no secret is in a log", async () => {
      const logs = await systemd.ann("cat ~/.ductor/logs/*; journalctl --user --no-pager || true");
      assert.ok(!/sk-of-the-shell|sk-another/.test(logs));
    });
  },
});
