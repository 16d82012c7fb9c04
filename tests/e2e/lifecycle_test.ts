/** The program's life on a machine: started, ended, set up, served, examined, taken away. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { findInstance } from "../../src/app/find_instance.ts";
import { requestRestart } from "../../src/service/restart.ts";
import { FakeTools } from "../support/fake_tools.ts";
import { type Machine, otherToken, withMachine } from "../support/living.ts";
import { isRunning, until } from "../support/processes.ts";
import { programs } from "../support/program.ts";

const windows = Deno.build.os === "windows";

/** Names in a folder, sorted. */
async function names(folder: string): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return found.sort();
}
const exists = (path: string) => Deno.lstat(path).then(() => true, () => false);

for (const program of programs()) {
  const test = (name: string, fn: (machine: Machine) => Promise<void>) =>
    Deno.test({
      name: `lifecycle (${program.label}): ${name}`,
      ignore: windows,
      fn: () => withMachine(program, fn),
    });

  test("a killed bot is back and answers; `stop` ends it for good", async (m) => {
    await m.configure();
    const { output } = await m.start();
    for (let n = 0; n < 2; n++) {
      const pid = (await findInstance(m.home)).bot!.pid;
      Deno.kill(pid, "SIGKILL");
      await m.botAfter(pid);
      await m.answers();
    }
    const running = await m.run("status");
    assert.equal(running.code, 0);
    assert.match(running.stdout, /Running +yes, process \d+, .*supervised/);
    const stopped = await m.run("stop");
    assert.deepEqual([stopped.code, stopped.stdout], [0, "ductor has stopped.\n"]);
    const { code, stderr } = await output;
    assert.equal(code, 0);
    assert.match(new TextDecoder().decode(stderr), /(started again (now|in \d s)[^]*){2}/);
    const ended = await m.run("status", "--json");
    assert.equal(ended.code, 3);
    assert.equal(JSON.parse(ended.stdout).running, false);
    assert.match((await m.run("stop")).stdout, /is not running/);
    assert.equal(await exists(m.home.pidFile), false);
  });

  test("the log says of each life what started it and why it ended", async (m) => {
    await m.configure();
    await m.start();
    const pid = (await findInstance(m.home)).bot!.pid;
    await m.answers();
    Deno.kill(pid, "SIGKILL");
    await m.botAfter(pid);
    await m.run("restart");
    await m.run("stop");
    const log = await Deno.readTextFile(m.home.logFile);
    const lines = log.split("\n").map((line) =>
      line.replace(/^.*?: (?=ductor (starts|stops|\d))/, "")
    )
      .filter((line) => /^ductor (\S+ starts|stops)/.test(line))
      .map((line) => line.replace(/ \S+ starts:.*?;/, " starts;"));
    assert.deepEqual(lines, [
      "ductor starts; no life before is known",
      "ductor starts; the last life was killed by signal 9",
      "ductor stops: a restart was asked for",
      "ductor starts; the last life ended: a restart was asked for",
      "ductor stops: it was told to stop",
    ]);
    assert.match(log, /Agents: Claude Code: not found; Codex: not found\n/);
  });

  test("a second start is refused and says who runs; --replace takes over", async (m) => {
    await m.configure();
    const first = await m.start();
    await m.answers();
    const { bot, supervisor } = await findInstance(m.home);
    assert.equal(await Deno.readTextFile(m.home.pidFile), String(bot!.pid));
    for (const [args, code] of [[["start"], 1], [["start", "--no-supervisor"], 78]] as const) {
      const second = await m.run(...args);
      assert.equal(second.code, code);
      assert.match(second.stderr, new RegExp(`process (${bot!.pid}|${supervisor!.pid})\\b`));
      assert.match(second.stderr, /ductor stop[^]*--replace/);
    }
    await m.start("start", "--replace");
    assert.equal((await first.output).code, 0);
    await m.answers();
  });

  if (!windows) {
    test("K5.4 beside a bot of the Python program nothing starts and nothing is touched; --replace takes over", async (m) => {
      await Deno.mkdir(m.home.configDir, { recursive: true });
      const config = JSON.stringify({ telegram_token: m.server.token, allowed_user_ids: [7] });
      await Deno.writeTextFile(m.home.configFile, config);
      const original = new Deno.Command("bash", {
        args: ["-c", "exec -a 'python3 -m ductor_bot' sleep 300"],
      }).spawn();
      await Deno.writeTextFile(m.home.pidFile, String(original.pid));
      const { code, stderr } = await m.run("start");
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`process ${original.pid}[^]*start --replace`));
      assert.equal(await Deno.readTextFile(m.home.configFile), config);
      assert.ok(await isRunning(original.pid));
      await m.configure({ telegram_api_root: m.server.apiRoot });
      await m.start("start", "--replace");
      await original.status;
      await m.answers();
    });
  }

  test("a restart is done by the command and by the marker file, without a pause", async (m) => {
    await m.configure();
    const { child } = await m.start();
    const first = (await findInstance(m.home)).bot!.pid;
    const { code, stdout } = await m.run("restart");
    assert.equal(code, 0, stdout);
    const second = await m.botAfter(first);
    await requestRestart(m.home);
    await m.botAfter(second);
    await m.answers();
    assert.equal((await findInstance(m.home)).supervisor!.pid, child.pid);
  });

  test("a bot whose supervisor is killed ends by itself", async (m) => {
    await m.configure();
    const { child } = await m.start();
    const { pid } = (await findInstance(m.home)).bot!;
    child.kill("SIGKILL");
    await until(async () => !await isRunning(pid), "the end of the bot");
    assert.deepEqual(await findInstance(m.home), {});
  });

  test("K13.1 `stop` ends what a killed bot left running, when nobody starts it again", async (m) => {
    await m.configure();
    const { child, output } = await m.start("start", "--no-supervisor");
    await m.answers();
    const life = (await Deno.readTextFile(m.home.lifeFile)).trim();
    const left = new Deno.Command("sleep", {
      args: ["300"],
      env: { DUCTOR_CHILD: `${life}.1` },
    }).spawn();
    child.kill("SIGKILL");
    await output;
    const { code, stdout } = await m.run("stop");
    assert.deepEqual(
      [code, stdout],
      [0, "Ended 1 process that agents left running.\nductor is not running.\n"],
    );
    assert.equal((await left.status).signal, "SIGTERM");
    assert.match((await m.run("stop")).stdout, /^ductor is not running/);
  });

  test("Ctrl-C reaches the bot once and ends both", async (m) => {
    await m.configure();
    const { child, output } = await m.start();
    // As npx and a task runner pass it on.
    for (let n = 0; n < 3; n++) child.kill("SIGINT");
    assert.equal((await output).code, 0);
    assert.deepEqual(await findInstance(m.home), {});
  });

  test("set-up by flags needs no terminal, and says which answers are missing", async (m) => {
    const missing = await m.run("onboarding");
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /--token[^]*--user/);
    assert.equal(await exists(m.home.root), false);
    const flags = [
      ...["--user", "7,8", "--timezone", "Europe/Berlin", "--provider", "codex", "--model", ""],
      ...["--permission-mode", "plan", "--api-root", m.server.apiRoot, "--no-docker"],
    ];
    const wrong = await m.run("onboarding", "--token", otherToken(m.server.token), ...flags);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /BotFather/);
    assert.equal(await exists(m.home.configFile), false);
    const { code, stdout, stderr } = await m.run(
      "onboarding",
      "--token",
      m.server.token,
      ...flags,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`@${m.server.me.username}`));
    const config = JSON.parse(await Deno.readTextFile(m.home.configFile));
    assert.equal(config.telegram_token, m.server.token);
    assert.deepEqual(config.allowed_user_ids, [7, 8]);
    assert.deepEqual(
      [config.user_timezone, config.provider, config.model, config.permission_mode],
      ["Europe/Berlin", "codex", "", "plan"],
    );
    assert.equal((await Deno.stat(m.home.configFile)).mode! & 0o777, 0o600);
    await m.start();
    await m.answers();
  });

  test("flags that make no sense are refused before anything is done", async (m) => {
    for (
      const [flag, value] of [
        ["--user", "me"],
        ["--timezone", "Berlin"],
        ["--permission-mode", "all"],
        ["--api-root", "localhost"],
      ]
    ) {
      const { code, stderr } = await m.run("onboarding", flag!, value!);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(flag!));
    }
  });

  test("a corrupt config is replaced only when asked to, and kept", async (m) => {
    await Deno.mkdir(m.home.configDir, { recursive: true });
    await Deno.writeTextFile(m.home.configFile, "{ broken");
    const flags = ["--token", m.server.token, "--user", "7", "--api-root", m.server.apiRoot];
    const refused = await m.run("onboarding", ...flags);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /line 1[^]*--yes/);
    assert.equal(await Deno.readTextFile(m.home.configFile), "{ broken");
    assert.equal((await m.run("onboarding", "--yes", ...flags)).code, 0);
    assert.equal(
      JSON.parse(await Deno.readTextFile(m.home.configFile)).telegram_token,
      m.server.token,
    );
    const found = await names(m.home.configDir);
    const aside = found.find((name) => name.includes(".corrupt-"))!;
    assert.equal(await Deno.readTextFile(join(m.home.configDir, aside)), "{ broken");
  });

  test("K2.3 changing keeps what is not said; reset puts the whole home aside", async (m) => {
    await m.configure({ user_timezone: "Asia/Tokyo", my_own: 1 });
    await Deno.mkdir(m.home.memoryDir, { recursive: true });
    await Deno.writeTextFile(m.home.mainMemoryFile, "likes tea");
    assert.equal((await m.run("onboarding", "--yes", "--user", "9")).code, 0);
    const changed = JSON.parse(await Deno.readTextFile(m.home.configFile));
    assert.deepEqual(
      [changed.allowed_user_ids, changed.user_timezone, changed.my_own],
      [[9], "Asia/Tokyo", 1],
    );
    const own = ["OWN_RULES.md", "output_to_user/repo/.git/HEAD", "tools/user_tools/x.sh"];
    for (const name of own) {
      const path = join(m.home.workspaceDir, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, name);
    }
    assert.equal((await m.run("onboarding", "--reset", "--user", "9")).code, 2);
    assert.equal(await Deno.readTextFile(m.home.mainMemoryFile), "likes tea");
    const reset = await m.run("onboarding", "--reset", "--yes");
    assert.equal(reset.code, 0, reset.stderr);
    const found = await names(dirname(m.home.root));
    const backup = join(dirname(m.home.root), found.find((n) => n.startsWith("ductor-backup-"))!);
    assert.ok(reset.stdout.includes(backup));
    const memory = join(backup, "workspace", "memory_system", "MAINMEMORY.md");
    assert.equal(await Deno.readTextFile(memory), "likes tea");
    const kept = JSON.parse(await Deno.readTextFile(join(backup, "config", "config.json")));
    assert.equal(kept.my_own, 1);
    for (const name of own) {
      assert.equal(await Deno.readTextFile(join(backup, "workspace", name)), name);
    }
    assert.notEqual(await Deno.readTextFile(m.home.mainMemoryFile), "likes tea");
  });

  test("the service is installed, examined and taken away with the system's own tools", async (m) => {
    const state = m.temp.at("active");
    const start = [program.command, ...program.args, "start", "--as-service"]
      .map((word) => `'${word}'`).join(" ");
    const tools = await FakeTools.make(m.temp.at("bin"), {
      systemctl: `case "$*" in *is-active*) cat "${state}" 2>/dev/null || exit 3 ;;` +
        ` *restart*) echo active > "${state}"; ${start} >/dev/null 2>&1 & ;;` +
        ` *disable*) rm -f "${state}" ;; esac`,
      loginctl: "echo yes",
      claude: "exit 0",
    });
    m.env.PATH = `${tools.folder}:${Deno.env.get("PATH")}`;
    const early = await m.run("service", "install");
    assert.equal(early.code, 1);
    assert.match(early.stderr, /ductor onboarding/);
    assert.equal((await m.run("service", "status")).code, 4);
    await m.configure();
    const installed = await m.run("service", "install");
    assert.equal(installed.code, 0, installed.stderr);
    assert.match(installed.stdout, /installed; it starts at every boot\. .*connected to Telegram/);
    assert.deepEqual(
      (await tools.calls()).filter((call) => /^systemctl(?!.*is-active)/.test(call)),
      ["daemon-reload", "enable ductor", "restart ductor"].map((c) => `systemctl --user ${c}`),
    );
    const unit = await Deno.readTextFile(m.home.systemdUnitFile);
    assert.ok(unit.includes(`Environment="DUCTOR_HOME=${m.home.root}"`));
    assert.ok(unit.includes(`Environment="PATH=${tools.folder}:`), unit);
    const status = await m.run("service", "status");
    assert.deepEqual([status.code, status.stdout], [0, "systemd service: installed, running\n"]);
    await Deno.writeTextFile(
      m.home.systemdUnitFile,
      unit.replace(/^ExecStart=\S+/m, "ExecStart=/gone/ductor"),
    );
    const moved = await m.run("service", "status");
    assert.match(moved.stdout, /\/gone\/ductor, which is gone.*ductor service install/);
    assert.equal((await m.run("service", "uninstall")).code, 0);
    assert.equal(await exists(m.home.systemdUnitFile), false);
    assert.ok(await exists(m.home.configFile));
  });

  test("the doctor counts problems and says what to do about each", async (m) => {
    m.env.PATH = m.temp.at("empty");
    await m.configure({ user_timezone: "Berlin" });
    await Deno.chmod(m.home.configFile, 0o644);
    const { code, stdout } = await m.run("doctor", "--json");
    const { problems, findings } = JSON.parse(stdout);
    assert.equal(code, problems);
    const bad = findings.filter(({ level }: { level: string }) => level === "problem");
    for (const { todo } of bad) assert.ok(todo.length > 5);
    const about = bad.map(({ about }: { about: string }) => about);
    for (const name of ["Rights", "Claude Code", "Time zone"]) {
      assert.ok(about.includes(name), name);
    }
    assert.ok(!stdout.includes(m.server.token));
  });

  test("the doctor sees a webhook and a refused token", async (m) => {
    await m.configure();
    const api = `${m.server.apiRoot}/bot${m.server.token}`;
    await (await fetch(`${api}/setWebhook?url=https://example.org/hook`)).body?.cancel();
    assert.match((await m.run("doctor")).stdout, /! Webhook: one is set/);
    await (await fetch(`${api}/deleteWebhook`)).body?.cancel();
    await m.configure({ telegram_token: otherToken(m.server.token) });
    assert.match((await m.run("doctor")).stdout, /✗ Bot token: Telegram refuses it/);
  });

  test("uninstalling leaves nothing but the memory one wanted to keep", async (m) => {
    await m.configure();
    await m.start();
    await m.answers();
    await Deno.writeTextFile(m.home.mainMemoryFile, "likes tea");
    const skills = join(m.env.HOME!, ".claude", "skills");
    await Deno.mkdir(join(skills, "own"), { recursive: true });
    await Deno.symlink(join(m.home.skillsDir, "x"), join(skills, "ours"));
    await Deno.symlink("/elsewhere", join(skills, "theirs"));
    const asked = await m.run("uninstall");
    assert.equal(asked.code, 2);
    assert.ok(await exists(m.home.configFile));
    const { code, stdout, stderr } = await m.run(
      "uninstall",
      "--keep-memory",
      "--keep-program",
      "--yes",
    );
    assert.equal(code, 0, stdout + stderr);
    assert.equal(await exists(m.home.root), false);
    assert.deepEqual(
      await names(skills),
      ["own", "theirs"],
    );
    const found = await names(m.env.HOME!);
    const backup = found.find((name) => name.startsWith("ductor-backup-"))!;
    const memory = join(m.env.HOME!, backup, "workspace", "memory_system", "MAINMEMORY.md");
    assert.equal(await Deno.readTextFile(memory), "likes tea");
    assert.equal((await m.run("uninstall", "--keep-program", "--yes")).code, 0);
  });

  test("completions are scripts the shells take, and know every command", async (m) => {
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { code, stdout } = await m.run("completions", shell);
      assert.equal(code, 0);
      assert.match(stdout, /ductor complete/);
    }
    for (const words of [["do"], ["uninst"], ["service", "inst"], ["onboarding", "--perm"]]) {
      const { stdout } = await m.run("complete", "--", ...words);
      assert.match(stdout, new RegExp(`^(--)?${words.at(-1)!.replace("--", "")}\\S+\\t`), stdout);
    }
    assert.ok(!/run-bot|as-service/.test((await m.run("complete", "--", "run")).stdout));
    const { stdout } = await m.run("completions", "bash");
    const command = [program.command, ...program.args].map((word) => `'${word}'`).join(" ");
    const script = `ductor() { ${command} "$@"; }\n${stdout}\n` +
      `COMP_WORDS=(ductor service st); COMP_CWORD=2; _ductor\necho "\${COMPREPLY[*]}"`;
    const bash = await new Deno.Command("bash", { args: ["-c", script], stdout: "piped" }).output();
    assert.equal(new TextDecoder().decode(bash.stdout).trim(), "status start stop");
  });
}
