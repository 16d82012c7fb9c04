import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { serviceManager } from "./manager.ts";

import type { Runner, RunResult } from "./runner.ts";
import { isAccessDenied, taskXml, utf16 } from "./task_scheduler.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const HOME = new Home("C:\\Users\\M & E\\.ductor", "C:\\Users\\M & E", "windows");
const SPEC = {
  command: ["C:\\Program Files\\ductor\\ductor.exe"],
  path: "C:\\Windows;C:\\Users\\M & E\\AppData\\npm",
};

/** A stand-in for schtasks.exe that keeps its tasks. */
function schtasks(answers: { denied?: string } = {}) {
  const calls: string[] = [];
  const tasks = new Map<string, string>();
  const run: Runner = async (command, args) => {
    calls.push([command, ...args].join(" "));
    const result = (code: number, stdout = "", stderr = ""): RunResult => ({
      code,
      stdout,
      stderr,
    });
    const name = args[args.indexOf("/TN") + 1]!;
    switch (args[0]) {
      case "/Create": {
        if (answers.denied) return result(1, "", answers.denied);
        const bytes = await Deno.readFile(args[args.indexOf("/XML") + 1]!);
        tasks.set(name, new TextDecoder("utf-16le").decode(bytes));
        return result(0);
      }
      case "/Delete":
        tasks.delete(name);
        return result(0);
      case "/Query": {
        const xml = tasks.get(name);
        if (xml === undefined) return result(1, "", "ERROR: The system cannot find the file");
        return result(0, args.includes("/XML") ? xml : '"ductor","Wird ausgeführt","267009"');
      }
    }
    return result(0);
  };
  return { run, calls, tasks };
}

Deno.test("task is made from UTF-16 XML that is removed again, run, found and deleted", async () => {
  await using temp = await TempFolder.make();
  // The file is really written, so the paths are those of the machine the test runs on.
  class TestHome extends Home {
    override readonly taskFile = temp.at("task.xml");
    override get usualRoot() {
      return temp.at("home");
    }
  }
  const home = new TestHome(temp.at("home"), temp.path, "windows");
  const { run, calls } = schtasks();
  const manager = serviceManager(home, { run, user: "PC\\me" });
  assert.equal(await manager.installed(), false);
  await manager.install(SPEC);
  assert.equal(await manager.installed(), true);
  assert.equal(await manager.running(), true);
  assert.deepEqual((await manager.command())?.slice(0, 3), [
    SPEC.command[0],
    "start",
    "--as-service",
  ]);
  assert.equal(await manager.path(), SPEC.path);
  await assert.rejects(Deno.stat(home.taskFile), Deno.errors.NotFound);
  await manager.uninstall();
  assert.equal(await manager.installed(), false);
  assert.ok(calls.includes(`schtasks.exe /Create /TN ductor /XML ${home.taskFile} /F`));
  assert.ok(calls.includes("schtasks.exe /Run /TN ductor"));
  assert.ok(calls.includes("schtasks.exe /Delete /TN ductor /F"));
});

Deno.test("K4.4 tasks: two homes have two; one that an older version made gets its own name", async () => {
  await using temp = await TempFolder.make();
  class TestHome extends Home {
    override readonly taskFile = temp.at("task.xml");
    override get usualRoot() {
      return temp.at("home");
    }
  }
  const usual = new TestHome(temp.at("home"), temp.path, "windows");
  const work = new TestHome(temp.at("work bot"), temp.path, "windows");
  const { run, calls, tasks } = schtasks();
  const at = (home: Home) => serviceManager(home, { run, user: "me" });
  tasks.set("ductor", taskXml(SPEC, work, "me"));
  assert.deepEqual([await at(usual).installed(), await at(work).installed()], [false, true]);
  await at(usual).install(SPEC);
  assert.deepEqual([...tasks.keys()].sort(), ["ductor", work.serviceName]);
  assert.deepEqual([await at(usual).installed(), await at(work).installed()], [true, true]);
  assert.ok(calls.includes(`schtasks.exe /Run /TN ${work.serviceName}`));
  await at(work).uninstall();
  assert.deepEqual([...tasks.keys()], ["ductor"]);
});

Deno.test("task that Windows does not allow says how to be allowed, in English and German", async () => {
  await using temp = await TempFolder.make();
  class TestHome extends Home {
    override readonly taskFile = temp.at("task.xml");
  }
  for (const denied of ["ERROR: Access is denied.", "FEHLER: Zugriff verweigert"]) {
    assert.ok(isAccessDenied(denied));
    const home = new TestHome(temp.at("home"), temp.path, "windows");
    const manager = serviceManager(home, { run: schtasks({ denied }).run, user: "me" });
    await assert.rejects(manager.install(SPEC), /Run as administrator/);
  }
});

const python = await new Deno.Command("python3", {
  args: ["-c", "import xml.dom.minidom"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);
Deno.test({
  name: python
    ? "task XML says to a parser what is meant, in the order of the schema"
    : "task XML says to a parser what is meant (skipped: no python3)",
  ignore: !python,
  async fn() {
    await using temp = await TempFolder.make();
    await Deno.writeFile(temp.at("t.xml"), utf16(taskXml(SPEC, HOME, "PC\\m&e")));
    const { stdout, stderr, success } = await new Deno.Command("python3", {
      args: [
        "-c",
        `import sys, json, xml.etree.ElementTree as E
r = E.parse(sys.argv[1]).getroot()
out = []
def walk(e, path):
    path = path + "/" + e.tag.split("}")[1]
    if len(e) == 0: out.append([path, e.text])
    for c in e: walk(c, path)
walk(r, "")
print(json.dumps([r.tag, r.get("version"), out]))`,
        temp.at("t.xml"),
      ],
      stdout: "piped",
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const [tag, version, leaves] = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(tag, "{http://schemas.microsoft.com/windows/2004/02/mit/task}Task");
    assert.equal(version, "1.4");
    const values = Object.fromEntries(leaves);
    assert.equal(values["/Task/Triggers/LogonTrigger/Delay"], "PT10S");
    assert.equal(values["/Task/Principals/Principal/UserId"], "PC\\m&e");
    assert.equal(values["/Task/Principals/Principal/LogonType"], "InteractiveToken");
    assert.equal(values["/Task/Principals/Principal/RunLevel"], "LeastPrivilege");
    assert.equal(values["/Task/Settings/MultipleInstancesPolicy"], "IgnoreNew");
    assert.equal(values["/Task/Settings/ExecutionTimeLimit"], "PT0S");
    assert.equal(values["/Task/Settings/RestartOnFailure/Interval"], "PT1M");
    assert.equal(values["/Task/Settings/RestartOnFailure/Count"], "3");
    assert.equal(values["/Task/Actions/Exec/Command"], "conhost.exe");
    assert.equal(
      values["/Task/Actions/Exec/Arguments"],
      '--headless "C:\\Program Files\\ductor\\ductor.exe" start --as-service ' +
        '--home "C:\\Users\\M & E\\.ductor" ' +
        '--search-path "C:\\Windows;C:\\Users\\M & E\\AppData\\npm"',
    );
    const sections = leaves.map(([path]: [string]) => path.split("/")[2]);
    assert.deepEqual([...new Set(sections)], [
      "RegistrationInfo",
      "Triggers",
      "Principals",
      "Settings",
      "Actions",
    ]);
  },
});
