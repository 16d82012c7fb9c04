/**
 * The installed service on a real systemd: it upgrades itself, a bad release is taken back, a good
 * one is not because nobody can be reached for a while, and exit codes are heard.
 */
import assert from "node:assert/strict";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { TRIAL_MS } from "../../src/update/rollback.ts";
import { Line } from "../support/line.ts";
import { until } from "../support/processes.ts";
import { RealSystemd, whyNoSystemd } from "../support/real_systemd.ts";
import { ReleaseBench } from "../support/release_bench.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { pressUpgrade, said } from "../support/upgrade_chat.ts";

const missing = Deno.env.has("DUCTOR_TEST_BINARY") ? await whyNoSystemd() : "DUCTOR_TEST_BINARY";
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

const DUCTOR = "/home/ann/.local/bin/ductor";
const UNIT = "/home/ann/.config/systemd/user/ductor.service";
const CONFIG = "/home/ann/.ductor/config/config.json";

Deno.test({
  name: `K4.3 the systemd service upgrades itself, and takes back what is bad only${skipped}`,
  ignore: missing !== undefined,
  fn: async (t) => {
    await using server = await BotApiServer.start();
    const alice = server.user({ id: 7, first_name: "Alice" });
    using line = new Line(server.apiRoot);
    await using bench = await ReleaseBench.start();
    await bench.build("old", "1.0.0");
    await bench.build("good", "1.10.0");
    await bench.buildBroken("broken", "1.11.0");
    await using temp = await TempFolder.make();
    // What is handed in has to be readable for ann.
    await Deno.chmod(temp.path, 0o755);
    await Deno.copyFile(bench.program("old"), temp.at("ductor"));
    const config = {
      telegram_token: server.token,
      telegram_api_root: line.url,
      allowed_user_ids: [7],
      update: { url: bench.url("broken"), check: false },
    };
    await Deno.writeTextFile(temp.at("config.json"), JSON.stringify(config));
    const [from, to] = ["broken", "good"].map((name) => JSON.stringify(bench.url(name)));
    const offerGood = `sed -i 's|${from}|${to}|' ${CONFIG}`;
    await using systemd = await RealSystemd.boot(temp.path);

    const says = async (text: RegExp, times: number) =>
      await until(
        () => said(server, text).length >= times,
        async () =>
          `${text} in ${JSON.stringify(server.messages(7).map((message) => message.text))}; ` +
          await systemd.root("journalctl --no-pager -n 40 _UID=$(id -u ann)"),
        60_000,
      );
    const show = async (property: string) =>
      await systemd.ann(`systemctl --user show ductor --value -p ${property}`);
    const answersAs = async (version: string) => {
      const answer = new RegExp(`^ductor ${version.replaceAll(".", "\\.")}\n`);
      const before = said(server, answer).length;
      alice.send("/info");
      await says(answer, before + 1);
    };
    const takenBack = async (times: number) => {
      await pressUpgrade(server, alice, "1.11.0");
      await says(/^⚠️ The upgrade to 1\.11\.0 did not work: it ended with code 9/, times);
      await answersAs("1.0.0");
      assert.equal(await systemd.ann(`${DUCTOR} --version`), "1.0.0");
      assert.deepEqual([await show("ActiveState"), await show("NRestarts")], ["active", "0"]);
    };

    await t.step("it is installed, runs and answers", async () => {
      await systemd.ann(
        `install -D -m 755 ${temp.at("ductor")} ${DUCTOR}; ` +
          `install -D -m 600 ${temp.at("config.json")} ${CONFIG}; ${DUCTOR} service install`,
      );
      await answersAs("1.0.0");
    });

    await t.step("a bad release is taken back, and the chat hears why", () => takenBack(1));

    await t.step("so it is with a unit that an older version made", async () => {
      await systemd.ann(
        `sed -i "s/ start --as-service/ start --no-supervisor --as-service/" ${UNIT}; ` +
          `grep -q no-supervisor ${UNIT}; ` +
          "systemctl --user daemon-reload; systemctl --user restart ductor",
      );
      await answersAs("1.0.0");
      await takenBack(2);
    });

    await t.step("a good release stays, and the chat hears of it", async () => {
      await systemd.ann(`${offerGood}; systemctl --user restart ductor`);
      await answersAs("1.0.0");
      await pressUpgrade(server, alice, "1.10.0");
      await says(/^✅ ductor is now version 1\.10\.0 \(was 1\.0\.0\)/, 1);
      await answersAs("1.10.0");
      await systemd.ann(`${DUCTOR} upgrade --undo`);
      await says(/^✅ ductor is now version 1\.0\.0 \(was 1\.10\.0\)/, 1);
      await answersAs("1.0.0");
    });

    await t.step(
      "K13.5 nor is one bad because Telegram is away for longer than its trial",
      async () => {
        line.cut();
        const began = performance.now();
        const upgraded = systemd.ann(`${DUCTOR} upgrade`);
        const trial = "/home/ann/.ductor/state/upgrade-trial.json";
        await until(
          () => performance.now() - began > TRIAL_MS + 15_000,
          "the end of what would have been its trial",
          TRIAL_MS + 30_000,
        );
        assert.match(await systemd.ann(`cat ${trial}`), /1\.10\.0/, "it is on trial still");
        assert.deepEqual([await show("ActiveState"), await show("NRestarts")], ["active", "0"]);
        line.mend();
        assert.match(await upgraded, /1\.10\.0 is in place[^]*ductor 1\.10\.0 is running/);
        await says(/^✅ ductor is now version 1\.10\.0 \(was 1\.0\.0\)/, 2);
        await answersAs("1.10.0");
        assert.equal(await systemd.ann(`ls ${trial} 2>/dev/null || :`), "");
      },
    );

    await t.step("/restart starts it again at once, and ending it is no failure", async () => {
      alice.send("/restart");
      await says(/ductor is back/, 1);
      assert.equal(await show("NRestarts"), "0");
      await systemd.ann(`${DUCTOR} service stop`);
      assert.deepEqual([await show("ActiveState"), await show("Result")], ["inactive", "success"]);
    });

    await t.step(
      "one that cannot work as it is set up has failed, and is not tried again",
      async () => {
        const started = systemd.ann(`echo "{}" > ${CONFIG}; ${DUCTOR} service start`);
        await assert.rejects(started, /the bot does not work:\s+ductor is not set up yet/);
        await until(async () => await show("ActiveState") === "failed", "a failed unit");
        assert.deepEqual([await show("ExecMainStatus"), await show("NRestarts")], ["78", "0"]);
      },
    );
  },
});
