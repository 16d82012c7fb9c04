/** A Bot API server, a mirror and proxies that are not on this machine; with the real permissions. */
import assert from "node:assert/strict";
import { ELSEWHERE, Elsewhere, passOn, whyNoElsewhere } from "../support/elsewhere.ts";
import { freePort } from "../support/free_port.ts";
import { Internet, whyNoInternet } from "../support/internet.ts";
import { type Machine, withMachine } from "../support/living.ts";
import { until } from "../support/processes.ts";
import { programs } from "../support/program.ts";

const said = ({ server }: Machine) => server.messages(7).map(({ text }) => text ?? "").join("\n");

for (const program of programs()) {
  const test = (name: string, missing: string | undefined, fn: (m: Machine) => Promise<void>) =>
    Deno.test({
      name: `K9.5 ${name} (${program.label})` +
        (missing === undefined ? "" : ` (skipped: ${missing})`),
      ignore: missing !== undefined,
      fn: () => withMachine(program, fn),
    });

  test(
    "own server elsewhere: set-up, config set, bot, send and doctor",
    whyNoElsewhere,
    async (m) => {
      await using first = new Elsewhere(m.server.apiRoot);
      await using second = new Elsewhere(m.server.apiRoot);
      await Deno.mkdir(m.home.configDir, { recursive: true });
      await Deno.writeTextFile(m.home.configFile, JSON.stringify({ telegram_api_root: first.url }));
      const setUp = await m.run("onboarding", "--yes", "--token", m.server.token, "--user", "7");
      assert.equal(setUp.code, 0, setUp.stderr);
      await m.start("start");
      await m.answers();
      const pid = await m.botAfter();
      const set = await m.run("config", "set", "telegram_api_root", second.url);
      assert.equal(set.code, 0, set.stdout + set.stderr);
      const asked = second.asked;
      assert.equal((await m.run("restart")).code, 0);
      await m.botAfter(pid);
      await m.answers();
      assert.ok(second.asked > asked, "the bot speaks to the new one");
      assert.equal((await m.run("send", "hello from a script")).code, 0);
      await until(() => said(m).includes("hello from a script"), "the message");
      const { stdout } = await m.run("doctor");
      assert.match(stdout, /Bot token: is that of @/, stdout);
      assert.ok(stdout.includes(second.url.replace("http://", "")), stdout);
      await m.run("stop");
    },
  );

  test("without a supervisor: an own server elsewhere, too", whyNoElsewhere, async (m) => {
    await using elsewhere = new Elsewhere(m.server.apiRoot);
    await m.configure({ telegram_api_root: elsewhere.url });
    await m.start("start", "--no-supervisor");
    await m.answers();
    await m.run("stop");
  });

  test(
    "a mirror elsewhere: upgrade asks it, and follows where it leads",
    whyNoElsewhere,
    async (m) => {
      await using release = Deno.serve(
        { hostname: ELSEWHERE, port: 0, onListen() {} },
        () => Response.json({ tag_name: "v999.0.0", assets: [] }),
      );
      await using mirror = Deno.serve(
        { hostname: "127.0.0.3", port: 0, onListen() {} },
        () => Response.redirect(`http://${ELSEWHERE}:${release.addr.port}/`),
      );
      await m.configure({ update: { url: `http://127.0.0.3:${mirror.addr.port}/releases` } });
      const { stdout, stderr } = await m.run("upgrade", "--check");
      assert.match(stdout, /^ductor 999\.0\.0/, stderr);
    },
  );

  test("webhooks: received at every address, when the config says so", undefined, async (m) => {
    const port = freePort();
    await m.configure({ webhooks: { enabled: true, host: "0.0.0.0", port } });
    await m.start("start");
    await m.answers();
    await until(
      () => fetch(`http://${ELSEWHERE}:${port}/nothing`).then(drained, () => false),
      "an answer",
    );
  });

  for (const from of ["the shell", ".env"]) {
    test(
      `proxies from ${from}: the bot's server is reached by them`,
      whyNoInternet(),
      async (m) => {
        await using internet = await Internet.start(
          ["bots.example"],
          (_, request) => passOn(request, m.server.apiRoot),
        );
        await m.configure({ telegram_api_root: "https://bots.example:8443" });
        if (from === "the shell") Object.assign(m.env, internet.env);
        else {
          // Deno itself would look for a newer one.
          m.env.DENO_NO_UPDATE_CHECK = "1";
          const lines = Object.entries(internet.env).map(([name, value]) => `${name}=${value}\n`);
          await Deno.writeTextFile(m.home.envFile, lines.join(""), { mode: 0o600 });
        }
        await m.start("start");
        await m.answers();
        assert.deepEqual(new Set(internet.connected), new Set(["bots.example:8443"]));
        await m.run("stop");
      },
    );
  }
}

async function drained(response: Response): Promise<boolean> {
  await response.body?.cancel();
  return true;
}
