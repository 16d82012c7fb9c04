import assert from "node:assert/strict";
import { dirname } from "node:path";
import { Home } from "../config/home.ts";
import { serviceManager } from "./manager.ts";
import { ServiceError } from "./service.ts";
import { unit } from "./systemd.ts";
import { FakeTools } from "../../tests/support/fake_tools.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const ignore = Deno.build.os === "windows";
const SPEC = { command: ["/opt/my tools/ductor"], path: "/home/me/.local/bin:/usr/bin:/bin" };

async function bench(
  fn: (b: {
    temp: TempFolder;
    home: Home;
    tools: FakeTools;
    manager: ReturnType<typeof serviceManager>;
  }) => Promise<void>,
  scripts: Record<string, string> = {},
) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("me", ".ductor"), temp.at("me"), "linux");
  const tools = await FakeTools.make(temp.at("bin"), {
    systemctl: `case "$*" in *is-active*) echo active ;; esac`,
    loginctl: `case "$*" in show-user*) echo no ;; esac`,
    journalctl: "",
    ...scripts,
  });
  const manager = serviceManager(home, { run: tools.run, user: "me", uid: 1000 });
  await fn({ temp, home, tools, manager });
}

Deno.test({
  name: "systemd service: installing writes the unit, enables and starts it, and asks to linger",
  ignore,
  fn: () =>
    bench(async ({ home, tools, manager }) => {
      assert.deepEqual(await manager.install(SPEC), []);
      assert.deepEqual(await tools.calls(), [
        "systemctl --user daemon-reload",
        "systemctl --user enable ductor",
        "loginctl show-user me -p Linger --value",
        "loginctl --no-ask-password enable-linger me",
        "systemctl --user restart ductor",
      ]);
      const text = await Deno.readTextFile(home.systemdUnitFile);
      for (
        const line of [
          'ExecStart="/opt/my tools/ductor" start --as-service',
          `Environment="PATH=${SPEC.path}"`,
          `Environment="DUCTOR_HOME=${home.root}"`,
          "Restart=on-failure",
          "RestartSec=5",
          "RestartForceExitStatus=42",
          "RestartPreventExitStatus=78",
          "TimeoutStopSec=40",
          "UMask=0077",
          "WantedBy=default.target",
        ]
      ) assert.ok(text.split("\n").includes(line), line);
      assert.ok(!/network-online|MemoryDenyWriteExecute=|ProtectHome=|PrivateTmp=/.test(text));
      assert.deepEqual((await manager.command())?.[0], SPEC.command[0]);
      assert.equal(await manager.path(), SPEC.path);
      assert.equal(await manager.running(), true);
    }),
});

Deno.test({
  name: "systemd service: what lingering needs is said when it needs rights",
  ignore,
  fn: () =>
    bench(async ({ manager }) => {
      const [hint] = await manager.install(SPEC);
      assert.match(hint!, /sudo loginctl enable-linger me/);
    }, { loginctl: `case "$*" in show-user*) echo no ;; *) exit 1 ;; esac` }),
});

Deno.test({
  name: "systemd service: lingering that is on already is left alone",
  ignore,
  fn: () =>
    bench(async ({ manager, tools }) => {
      assert.deepEqual(await manager.install(SPEC), []);
      assert.ok(!(await tools.calls()).some((call) => call.includes("enable-linger")));
    }, { loginctl: "echo yes" }),
});

Deno.test({
  name: "systemd service: without a session nothing is left behind, and it is said what to type",
  ignore,
  fn: () =>
    bench(async ({ manager }) => {
      assert.equal(await manager.available(), false);
      await assert.rejects(manager.install(SPEC), (error) => {
        assert.ok(error instanceof ServiceError);
        assert.match(error.message, /export XDG_RUNTIME_DIR/);
        return true;
      });
      assert.equal(await manager.installed(), false);
    }, { systemctl: "echo 'Failed to connect to bus: No medium found' >&2; exit 1" }),
});

Deno.test({
  name: "systemd service: without systemd it is said how to run the bot otherwise",
  ignore,
  fn: () =>
    bench(async ({ temp, manager }) => {
      await Deno.remove(temp.at("bin", "systemctl"));
      assert.equal(await manager.available(), false);
      await assert.rejects(manager.install(SPEC), /ductor start/);
    }),
});

Deno.test({
  name: "systemd service: stopping asks only a running one, uninstalling takes the unit away",
  ignore,
  fn: () =>
    bench(async ({ home, manager, tools }) => {
      await manager.install(SPEC);
      await manager.stop();
      assert.equal((await tools.calls()).at(-1), "systemctl --user is-active ductor");
      await manager.uninstall();
      assert.deepEqual((await tools.calls()).slice(-3), [
        "systemctl --user disable --now ductor",
        "systemctl --user daemon-reload",
        "systemctl --user reset-failed ductor",
      ]);
      await assert.rejects(Deno.stat(home.systemdUnitFile), Deno.errors.NotFound);
      assert.equal(await manager.installed(), false);
    }, { systemctl: `case "$*" in *is-active*) echo inactive; exit 3 ;; esac` }),
});

const analyzer = await new Deno.Command("systemd-analyze", { args: ["--version"], stdout: "null" })
  .output().then(({ success }) => success, () => false);
Deno.test({
  name: analyzer
    ? "systemd unit passes systemd-analyze verify, with spaces, quotes, dollars and percents"
    : "systemd unit passes systemd-analyze verify (skipped: no systemd-analyze)",
  ignore: !analyzer,
  async fn() {
    await using temp = await TempFolder.make();
    // systemd takes no quotes in the name of a program; everywhere else they must do no harm.
    const program = temp.at("a b", "100%", "ductor");
    const home = temp.at('q"u$o%t e', ".ductor");
    await Deno.mkdir(dirname(program), { recursive: true });
    await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o755 });
    const file = temp.at("ductor.service");
    const text = unit({ command: [program, home], path: `${home}:/usr/bin` }, home);
    await Deno.writeTextFile(file, text);
    const { success, stderr } = await new Deno.Command("systemd-analyze", {
      args: ["--user", "--man=no", "verify", file],
      env: { XDG_RUNTIME_DIR: temp.path },
      stdout: "null",
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.ok(success, said);
    assert.ok(!said.includes(file), said);
  },
});
