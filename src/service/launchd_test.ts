import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { plist } from "./launchd.ts";
import { serviceManager } from "./manager.ts";

import { FakeTools } from "../../tests/support/fake_tools.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const SPEC = {
  command: ["/Applications/R&D <x>/ductor"],
  path: "/opt/homebrew/bin:/usr/bin:/bin",
};

Deno.test({
  name: "launchd agent: installed, found running, started, stopped and taken away",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("me", ".ductor"), temp.at("me"), "darwin");
    const tools = await FakeTools.make(temp.at("bin"), {
      launchctl: `case "$1" in list) echo '{ "PID" = 12; };' ;; esac`,
    });
    const manager = serviceManager(home, { run: tools.run, uid: 501 });
    assert.deepEqual(await manager.install(SPEC), []);
    assert.equal(await manager.running(), true);
    assert.equal((await manager.command())?.[0], SPEC.command[0]);
    assert.equal(await manager.path(), SPEC.path);
    await manager.install(SPEC);
    await manager.start();
    await manager.stop();
    assert.equal((await Deno.stat(home.launchAgentFile)).mode! & 0o777, 0o644);
    await manager.uninstall();
    assert.equal(await manager.installed(), false);
    const file = home.launchAgentFile;
    assert.deepEqual(await tools.calls(), [
      "launchctl version",
      `launchctl load -w ${file}`,
      "launchctl list dev.ductor",
      "launchctl version",
      `launchctl unload -w ${file}`,
      `launchctl load -w ${file}`,
      "launchctl start dev.ductor",
      "launchctl list dev.ductor",
      "launchctl stop dev.ductor",
      `launchctl unload -w ${file}`,
    ]);
  },
});

Deno.test({
  name: "launchd agent: a load that fails with exit code 0 is noticed",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("me", ".ductor"), temp.at("me"), "darwin");
    const tools = await FakeTools.make(temp.at("bin"), {
      launchctl: `case "$1" in load) echo "Load failed: 5: Input/output error" >&2 ;; esac`,
    });
    const manager = serviceManager(home, { run: tools.run, uid: 501 });
    await assert.rejects(manager.install(SPEC), /launchctl print gui\/501\/dev\.ductor/);
  },
});

Deno.test({
  name: "K4.4 launchd agents: two homes have two; one that an older version made gets its own name",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using temp = await TempFolder.make();
    const usual = new Home(temp.at("me", ".ductor"), temp.at("me"), "darwin");
    const work = new Home(temp.at("me", ".ductor-work"), temp.at("me"), "darwin");
    const tools = await FakeTools.make(temp.at("bin"), { launchctl: "" });
    const at = (home: Home) => serviceManager(home, { run: tools.run, uid: 501 });
    await Deno.mkdir(temp.at("me", "Library", "LaunchAgents"), { recursive: true });
    const older = plist(SPEC, work).replace(`dev.${work.serviceName}<`, "dev.ductor<");
    await Deno.writeTextFile(usual.launchAgentFile, older);
    assert.deepEqual([await at(usual).installed(), await at(work).installed()], [false, true]);
    await at(usual).install(SPEC);
    assert.deepEqual([await at(usual).installed(), await at(work).installed()], [true, true]);
    assert.equal(await Deno.readTextFile(work.launchAgentFile), plist(SPEC, work));
    assert.deepEqual((await tools.calls()).slice(-3), [
      `launchctl unload -w ${usual.launchAgentFile}`,
      `launchctl load -w ${work.launchAgentFile}`,
      `launchctl load -w ${usual.launchAgentFile}`,
    ]);
    await at(work).uninstall();
    assert.deepEqual([await at(usual).installed(), await at(work).installed()], [true, false]);
  },
});

const python = await new Deno.Command("python3", {
  args: ["-c", "import plistlib"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);
Deno.test({
  name: python
    ? "launchd property list says to a parser what is meant"
    : "launchd property list says to a parser what is meant (skipped: no python3 with plistlib)",
  ignore: !python,
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home("/Users/m&e/.ductor", "/Users/m&e", "darwin");
    await Deno.writeTextFile(temp.at("p.plist"), plist(SPEC, home));
    const { stdout, stderr, success } = await new Deno.Command("python3", {
      args: [
        "-c",
        "import plistlib,json,sys; print(json.dumps(plistlib.load(open(sys.argv[1],'rb'))))",
        temp.at("p.plist"),
      ],
      stdout: "piped",
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      Label: "dev.ductor",
      ProgramArguments: [...SPEC.command, "start", "--as-service"],
      WorkingDirectory: "/Users/m&e",
      EnvironmentVariables: {
        PATH: SPEC.path,
        DUCTOR_HOME: "/Users/m&e/.ductor",
        HOME: "/Users/m&e",
      },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 10,
      ExitTimeOut: 40,
      Umask: 0o77,
      ProcessType: "Background",
      StandardOutPath: "/Users/m&e/.ductor/logs/service.log",
      StandardErrorPath: "/Users/m&e/.ductor/logs/service.err",
    });
  },
});
