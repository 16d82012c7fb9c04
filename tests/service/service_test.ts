/** The installed service on a real systemd: what holds in a terminal holds there, for each home. */
import assert from "node:assert/strict";
import { BotApiServer } from "../../src/bot_api/server.ts";
import type { Thought } from "../../src/demo/brain/thought.ts";
import { ModelServer } from "../support/model_server.ts";
import { until } from "../support/processes.ts";
import { RealSystemd, whyNoSystemd } from "../support/real_systemd.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { said } from "../support/upgrade_chat.ts";
import { installedClis } from "../contract/cases.ts";

const binary = Deno.env.get("DUCTOR_TEST_BINARY");
const missing = binary ? await whyNoSystemd() : "DUCTOR_TEST_BINARY";
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;
const claude = installedClis("claude")[0]?.path;

const DUCTOR = "/home/ann/.local/bin/ductor";
const WORK = "DUCTOR_HOME=/home/ann/.ductor-work";
/** What each of its lines says of the shell that an agent has. */
const RIGHTS = "grep NoNewPrivs /proc/self/status; as-root -u; " +
  "! command -v sudo || { sudo -n true && echo sudo works; }";

/** Runs the line of shell after "run", and says what it printed. */
const brain = ({ text, toolResults }: Thought) => {
  if (toolResults.length > 0) return [{ say: toolResults.map(({ output }) => output).join("\n") }];
  const command = /^run (.*)/.exec(text)?.[1];
  return command ? [{ run: command }] : [{ say: "heard" }];
};

Deno.test({
  name:
    `K4 the systemd service: a bot that stays, a home of its own, the rights of a terminal${skipped}`,
  ignore: missing !== undefined,
  fn: async (t) => {
    await using server = await BotApiServer.start();
    await using second = await BotApiServer.start();
    const alice = server.user({ id: 7, first_name: "Alice" });
    const other = second.user({ id: 7, first_name: "Alice" });
    await using model = await ModelServer.start({ brain });
    await using temp = await TempFolder.make();
    // What is handed in has to be readable for ann.
    await Deno.chmod(temp.path, 0o755);
    await Deno.copyFile(binary!, temp.at("ductor"));
    const settings = { env: model.claudeEnv("/home/ann"), skipDangerousModePermissionPrompt: true };
    await Deno.writeTextFile(temp.at("settings.json"), JSON.stringify(settings));
    const config = (of: BotApiServer) => ({
      telegram_token: of.token,
      telegram_api_root: of.apiRoot,
      allowed_user_ids: [7],
      permission_mode: "bypassPermissions",
      update: { check: false },
    });
    await Deno.writeTextFile(temp.at("config.json"), JSON.stringify(config(server)));
    await Deno.writeTextFile(temp.at("work.json"), JSON.stringify(config(second)));
    await using systemd = await RealSystemd.boot(temp.path);
    // Nobody tells this user's manager of an empty group, so it would be waited for.
    await systemd.root(
      "mkdir /etc/systemd/system/user@.service.d; " +
        "printf '[Service]\\nTimeoutStopSec=2\\n' >/etc/systemd/system/user@.service.d/quick.conf; " +
        "systemctl daemon-reload",
    );

    const answers = async (of = server, as = alice): Promise<void> => {
      const before = said(of, /^ductor \d/).length;
      as.send("/info");
      await until(
        () => said(of, /^ductor \d/).length > before,
        () => systemd.root("journalctl --no-pager -n 60 _UID=$(id -u ann)"),
        30_000,
      );
    };
    const state = async (what: string, name = "ductor") =>
      await systemd.ann(`systemctl --user show ${name} --value -p ${what}`);
    const bot = async () => JSON.parse(await systemd.ann(`cat ~/.ductor/state/bot.json`)).pid;
    await t.step("it is installed, and connected when the command ends", async () => {
      await systemd.ann(
        `install -D -m 755 ${temp.at("ductor")} ${DUCTOR}; ` +
          `install -D -m 600 ${temp.at("config.json")} ~/.ductor/config/config.json; ` +
          `install -D -m 600 ${temp.at("work.json")} ~/.ductor-work/config/config.json; ` +
          `install -D -m 600 ${temp.at("settings.json")} ~/.claude/settings.json; ` +
          (claude ? `ln -s ${claude} ~/.local/bin/claude` : ":"),
      );
      assert.match(
        await systemd.ann(`${DUCTOR} service install`),
        /^The systemd service is installed; it starts at every boot\. .*connected to Telegram/,
      );
      await answers();
    });

    await t.step("it is there again after the user's manager was restarted", async () => {
      const before = await bot();
      await systemd.root(`systemctl restart user@$(id -u ann).service`);
      await until(async () => await bot() !== before, "a bot after the restart");
      await answers();
    });

    await t.step("a bot that is killed is there again at once", async () => {
      const before = await bot();
      const works = () => systemd.root("pgrep -u ann -f never-there || :");
      if (claude) {
        alice.send("run until [ -e never-there ]; do sleep 0.2; done");
        await until(async () => await works() !== "", "the agent's command");
      }
      await systemd.root(`kill -9 ${before}`);
      const at = performance.now();
      await until(async () => await bot() !== before, "another bot");
      assert.ok(performance.now() - at < 5000, `${performance.now() - at} ms`);
      if (claude) {
        await until(
          () =>
            server.messages(7).some(({ reply_markup }) =>
              reply_markup?.inline_keyboard.flat().some(({ text }) => text === "Run again")
            ),
          "an offer to run it again",
        );
        assert.equal(await works(), "", "K13.1 what may run again does not run still");
      }
      await answers();
    });

    await t.step("so is one whose supervisor is killed, and once only", async () => {
      const [before, main] = [await bot(), await state("MainPID")];
      assert.notEqual(`${before}`, main);
      // Where it is not told that a group of processes is empty, it waits for nothing.
      const quick = "/run/systemd/user/ductor.service.d/quick.conf";
      await systemd.root(
        `[ -e /sys/fs/cgroup/cgroup.procs ] || { mkdir -p $(dirname ${quick}); ` +
          `printf '[Service]\\nTimeoutStopSec=100ms\\n' >${quick}; }`,
      );
      await systemd.ann("systemctl --user daemon-reload");
      await systemd.root(`kill -9 ${main}`);
      const at = performance.now();
      await until(async () => await bot() !== before, "another bot");
      assert.ok(performance.now() - at < 5000, `${performance.now() - at} ms`);
      await answers();
      assert.equal(await state("NRestarts"), "1");
      assert.equal(await systemd.root("pgrep -u ann -c -f '[r]un-bot'"), "1");
      await systemd.root(`rm -f ${quick}`);
      await systemd.ann("systemctl --user daemon-reload");
    });

    await t.step({
      name: claude ? "its agent may do what it may in a terminal" : "(skipped: claude)",
      ignore: !claude,
      async fn() {
        await systemd.root(
          "install -m 4755 /usr/bin/id /usr/local/bin/as-root; " +
            "[ ! -d /etc/sudoers.d ] || echo 'ann ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ann",
        );
        const terminal = await systemd.ann(`(${RIGHTS}) 2>&1 || :`);
        alice.send(`run (${RIGHTS}) 2>&1 || :`);
        await until(
          () => said(server, /^NoNewPrivs/).length > 0,
          () => JSON.stringify(server.messages(7).map(({ text }) => text)),
          60_000,
        );
        const told = said(server, /^NoNewPrivs/)[0]!.text!;
        assert.match(terminal, /NoNewPrivs:\s*0\n0/);
        const plain = (text: string) => text.replace(/\s+/g, " ").trim();
        assert.ok(plain(told).startsWith(plain(terminal)), told);
      },
    });

    await t.step({
      name: "K13.3 its agent may have it restarted and taken away, after its turn",
      ignore: !claude,
      async fn() {
        const before = await bot();
        alice.send("run ductor restart");
        await until(() => said(server, /^ductor is back/).length > 0, "it is back", 60_000);
        assert.equal(said(server, /happens when your turn has ended/).length, 1);
        assert.equal(said(server, /^The agent asked for ductor restart/).length, 1);
        assert.notEqual(await bot(), before);
        alice.send("run ductor service uninstall");
        const units = () => systemd.ann("ls ~/.config/systemd/user/*.service 2>/dev/null || :");
        await until(async () => await units() === "", "the end of the service", 60_000);
        assert.equal(said(server, /asked for ductor service uninstall\. It runs now/).length, 1);
        await systemd.ann(`${DUCTOR} service install`);
        await answers();
      },
    });

    await t.step({
      name: "K4.6 an end in mid-answer says what it waits for, and takes a few seconds",
      ignore: !claude,
      async fn() {
        alice.send("run until [ -e never-there ]; do sleep 0.2; done");
        const works = () => systemd.root("pgrep -u ann -f never-there || :");
        await until(async () => await works() !== "", "the agent's command");
        const began = performance.now();
        const ended = await systemd.ann(`systemctl --user stop ductor; ${DUCTOR} service start`);
        assert.match(ended, /connected to Telegram/);
        assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
        assert.match(
          await systemd.root("journalctl --no-pager _UID=$(id -u ann)"),
          /Waiting up to 5 s for 1 answer that is being written; Ctrl-C again ends at once\./,
        );
        assert.equal(await works(), "");
      },
    });

    await t.step("two homes are two services, each with its own status", async () => {
      await systemd.ann(`${WORK} ${DUCTOR} service install`);
      await answers(second, other);
      await answers();
      const [, name] = /^(ductor-[0-9a-f]{8})\.service/m.exec(
        await systemd.ann("ls ~/.config/systemd/user"),
      ) ?? [];
      assert.deepEqual([await state("ActiveState"), await state("ActiveState", name)], [
        "active",
        "active",
      ]);
      await systemd.ann(`${DUCTOR} service stop`);
      assert.match(await systemd.ann(`${DUCTOR} service status || :`), /not running/);
      assert.match(await systemd.ann(`${WORK} ${DUCTOR} service status`), /installed, running/);
      await systemd.ann(`${DUCTOR} service start`);
      await systemd.ann(`${WORK} ${DUCTOR} uninstall --yes --keep-program`);
      await answers();
      assert.equal(
        await systemd.ann("ls -d ~/.config/systemd/user/*.service ~/.ductor*"),
        "/home/ann/.config/systemd/user/ductor.service\n/home/ann/.ductor",
      );
    });

    await t.step("its log is shown, with or without a journal of the user", async () => {
      assert.match(await systemd.ann(`timeout 3 ${DUCTOR} service logs || :`), /ductor/);
    });

    await t.step("uninstalled it leaves nothing behind", async () => {
      await systemd.ann(`${DUCTOR} uninstall --yes`);
      const left = await systemd.root(
        "find /home/ann /run/user /tmp -name '*ductor*' -user ann -not -path '*claude*'; " +
          "pgrep -u ann -a ductor; find /home/ann/.config -type f -o -type l",
      );
      assert.equal(left, "");
      assert.equal(
        await systemd.ann("systemctl --user list-units --all --no-legend 'ductor*'"),
        "",
      );
    });
  },
});
