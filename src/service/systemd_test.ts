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
          "RestartSec=500ms",
          "OOMPolicy=continue",
          "RestartForceExitStatus=42",
          "RestartPreventExitStatus=78",
          "TimeoutStopSec=40",
          "UMask=0077",
          "WantedBy=default.target",
        ]
      ) assert.ok(text.split("\n").includes(line), line);
      assert.ok(!/network-online/.test(text));
      // K4.2 whatever of these is set, NoNewPrivileges comes with it in a user's unit.
      const takingRights = /^(NoNew|Restrict[^a]|Lock|MemoryDeny|Protect|Private|SystemCall|Cap)/m;
      assert.doesNotMatch(text, /^RestrictAddress/m);
      assert.doesNotMatch(text.replace(/^Restart.*$/gm, ""), takingRights);
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

/** Two homes of one user: the usual one, and another. */
async function twoHomes(
  fn: (b: { homes: [Home, Home]; tools: FakeTools; at: typeof serviceManager }) => Promise<void>,
) {
  await bench(async ({ temp, home, tools }) => {
    const work = new Home(temp.at("me", ".ductor-work"), temp.at("me"), "linux");
    const at = (home: Home) => serviceManager(home, { run: tools.run, user: "me", uid: 1000 });
    await fn({ homes: [home, work], tools, at });
  });
}

/** What a unit was in the versions that had one name for all homes. */
const older = (home: Home) => unit(SPEC, home.root).replace(/^RestartSec=.*$/m, "RestartSec=5");

Deno.test({
  name: "K4.4 systemd service: two homes have two services, and each looks at its own",
  ignore,
  fn: () =>
    twoHomes(async ({ homes: [usual, work], tools, at }) => {
      await at(usual).install(SPEC);
      assert.equal(await at(work).installed(), false);
      await at(work).install({ ...SPEC, path: "/work/bin" });
      assert.match(work.serviceName, /^ductor-[0-9a-f]{8}$/);
      assert.deepEqual(
        (await tools.calls()).at(-1),
        `systemctl --user restart ${work.serviceName}`,
      );
      assert.deepEqual([await at(usual).path(), await at(work).path()], [SPEC.path, "/work/bin"]);
      await at(work).uninstall();
      assert.deepEqual([await at(usual).installed(), await at(work).installed()], [true, false]);
      assert.ok(
        (await tools.calls()).includes(`systemctl --user disable --now ${work.serviceName}`),
      );
      assert.ok(!(await tools.calls()).includes("systemctl --user disable --now ductor"));
    }),
});

Deno.test({
  name: "K4.4 systemd service: a unit of an older version for another home is its own, and renamed",
  ignore,
  fn: () =>
    twoHomes(async ({ homes: [usual, work], tools, at }) => {
      await Deno.mkdir(dirname(usual.systemdUnitFile), { recursive: true });
      await Deno.writeTextFile(usual.systemdUnitFile, older(work));
      assert.deepEqual([await at(usual).installed(), await at(work).installed()], [false, true]);
      assert.equal(await at(work).outdated!(), true);
      await at(work).stop();
      assert.equal((await tools.calls()).at(-1), "systemctl --user stop ductor");
      await at(work).install(SPEC);
      assert.deepEqual((await tools.calls()).slice(-4), [
        "systemctl --user disable --now ductor",
        "systemctl --user daemon-reload",
        "systemctl --user reset-failed ductor",
        `systemctl --user restart ${work.serviceName}`,
      ]);
      await assert.rejects(Deno.stat(usual.systemdUnitFile), Deno.errors.NotFound);
      assert.match(await Deno.readTextFile(work.systemdUnitFile), /^RestartSec=500ms$/m);
      assert.equal(await at(work).outdated!(), false);
    }),
});

Deno.test({
  name: "K4.4 systemd service: one of another home that has our name makes room, and goes on",
  ignore,
  fn: () =>
    twoHomes(async ({ homes: [usual, work], tools, at }) => {
      await Deno.mkdir(dirname(usual.systemdUnitFile), { recursive: true });
      await Deno.writeTextFile(usual.systemdUnitFile, older(work));
      await at(usual).install(SPEC);
      assert.deepEqual([await at(usual).installed(), await at(work).installed()], [true, true]);
      assert.equal(await Deno.readTextFile(work.systemdUnitFile), older(work));
      const calls = await tools.calls();
      assert.ok(calls.includes(`systemctl --user enable --now ${work.serviceName}`));
      assert.equal(calls.at(-1), "systemctl --user restart ductor");
    }),
});

Deno.test({
  name: "K4.4 systemd service: a unit that names no home is of the usual one, and taken over",
  ignore,
  fn: () =>
    twoHomes(async ({ homes: [usual, work], at }) => {
      await Deno.mkdir(dirname(usual.systemdUnitFile), { recursive: true });
      await Deno.writeTextFile(usual.systemdUnitFile, "[Service]\nExecStart=/usr/bin/ductor\n");
      assert.deepEqual([await at(usual).installed(), await at(work).installed()], [true, false]);
      await at(usual).install(SPEC);
      assert.deepEqual((await at(usual).command())?.[0], SPEC.command[0]);
    }),
});

Deno.test({
  name: "K4.8 systemd service: a journal with nothing in it for this user has no log to show",
  ignore,
  fn: () => bench(async ({ manager }) => assert.equal(await manager.logs(), false)),
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
