/**
 * The sandbox on a real engine, with the real `claude` and `codex` of the image and a model server of
 * our own. The model server listens on loopback, so the containers share the host's network here.
 *
 * `DUCTOR_TEST_BUILD_ARGS` is added to `docker build`, for a machine without Docker Hub, say; see
 * tests/support/sandbox_engine.sh.
 */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Agent, AgentEvent, AgentSession, SessionSpec } from "../../src/agents/agent.ts";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelCatalogue } from "../../src/agents/models.ts";
import { createAgents } from "../../src/agents/provider.ts";
import { startBot } from "../../src/app/compose.ts";
import { TaskRunner } from "../../src/jobs/tasks/runner.ts";
import { systemClock } from "../../src/base/clock.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { type Config, defaultConfig } from "../../src/config/schema.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { sandboxFolders } from "../../src/sandbox/plan.ts";
import { SandboxLauncher } from "../../src/sandbox/launcher.ts";
import type { SandboxEvent } from "../../src/sandbox/sandbox.ts";
import { stopSandbox } from "../../src/sandbox/teardown.ts";
import { readMemory } from "../../src/workspace/memory.ts";
import { snapshotMemory } from "../../src/workspace/memory_history.ts";
import { RuleSync } from "../../src/workspace/rule_sync.ts";
import { seedHome } from "../../src/workspace/seed.ts";
import { ModelServer } from "../support/model_server.ts";
import { buildArgs, docker, engine } from "../support/sandbox_engine.ts";
import { programs, spawnProgram } from "../support/program.ts";

const IMAGE = "ductor-e2e";
const TOKEN = "123456789:AAsecretsecretsecretsecretsecret-bot";
const HOOK_SECRET = "whsec_very-secret-hook-secret";
/** Claude Code does not wait for a plain `sleep`. */
const SLEEP = "python3 -c 'import time; time.sleep(54321)'";
interface Bench {
  home: Home;
  config: Config;
  sandbox: SandboxLauncher;
  agents: Record<"claude" | "codex", Agent>;
  server: ModelServer;
  events: SandboxEvent[];
  spec: SessionSpec;
  /** Which sessions go on in which conversation. */
  sessions: Record<string, string[]>;
  /** Runs a shell line inside; what it printed on both, and its exit code. */
  sh(line: string, env?: Record<string, string>): Promise<{ text: string; code: number }>;
}

/** The conversation of the bench. */
const CHAT = "77";

interface BenchOptions {
  docker?: Partial<Config["docker"]>;
  user?: { uid: number; gid: number };
}

function sandboxTest(
  name: string,
  fn: (bench: Bench) => Promise<void>,
  options: BenchOptions = {},
) {
  Deno.test({
    name: `sandbox: ${name}`,
    ignore: !engine,
    // The engine's client leaves nothing; Deno counts its pipes a moment longer.
    sanitizeResources: false,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "ductor-sandbox-" });
      const home = new Home(join(folder, "home"), folder);
      await using server = await ModelServer.start();
      await loadConfig(home);
      await updateConfig(home, (raw) => {
        raw.telegram_token = TOKEN;
        raw.webhooks = { ...raw.webhooks as object, token: HOOK_SECRET };
      });
      await seedHome(home);
      await Deno.writeTextFile(
        home.webhooksFile,
        JSON.stringify({ hooks: [{ id: "h", token: HOOK_SECRET, hmac_secret: HOOK_SECRET }] }),
      );
      const { user } = options;
      for (const name of ["home/.claude", "home/.codex", "claude", "codex"]) {
        for (const whose of ["", `chats/${CHAT}`, "chats/none"]) {
          await Deno.mkdir(join(home.sandboxDir, whose, name), { recursive: true });
        }
      }
      if (user) await new Deno.Command("chown", { args: ["-R", `${user.uid}`, folder] }).output();
      const config = {
        ...defaultConfig(),
        docker: {
          ...defaultConfig().docker,
          enabled: true,
          image_name: IMAGE,
          network: "host",
          ...options.docker,
        },
      };
      const program = programs()[0]!;
      const events: SandboxEvent[] = [];
      const sessions: Bench["sessions"] = {};
      await using sandbox = new SandboxLauncher({
        home,
        docker: () => config.docker,
        self: [program.command, ...program.args],
        buildArgs,
        sessions: (conversation) => Promise.resolve(sessions[conversation] ?? []),
        ...user && { user },
      });
      sandbox.listen((event) => events.push(event));
      const env = { ...server.claudeEnv(folder), PLAIN: "seen", DUCTOR_CHAT_ID: CHAT };
      const bench: Bench = {
        home,
        config,
        sandbox,
        agents: await createAgents({ launcher: sandbox }),
        server,
        events,
        sessions,
        spec: { cwd: home.workspaceDir, permissionMode: "bypassPermissions", extraArgs: [], env },
        async sh(line, env = { DUCTOR_CHAT_ID: CHAT }) {
          const child = await sandbox.launch({
            command: "sh",
            args: ["-c", `exec 2>&1; ${line}`],
            cwd: home.workspaceDir,
            env,
          });
          const lines = await Array.fromAsync(child.lines);
          const { code } = await child.exited;
          await child.kill();
          return { text: lines.join("\n"), code };
        },
      };
      try {
        await fn(bench);
      } finally {
        await sandbox.stop();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function ask(
  session: AgentSession,
  spec: SessionSpec,
  text: string,
  onEvent: (event: AgentEvent) => void = () => {},
) {
  const input = { text, permissionMode: spec.permissionMode };
  const events: AgentEvent[] = [];
  for await (const event of session.run(input, AbortSignal.timeout(60_000))) {
    events.push(event);
    onEvent(event);
  }
  return events.at(-1)!;
}

/** Command lines of the processes inside, but for what belongs to the sandbox itself. */
async function inside({ home }: Bench): Promise<string[]> {
  const tops = await Promise.all(
    (await containersOf(home)).map((id) => docker(["top", id, "-eo", "pid,args"])),
  );
  return tops.flatMap(({ stdout }) => stdout.split("\n"))
    .filter((line) => /54321|claude|codex/.test(line));
}

async function containersOf(home: Home): Promise<string[]> {
  const filter = `label=ductor.home=${home.root}`;
  const { stdout } = await docker(["container", "ls", "-a", "-q", "--filter", filter]);
  return stdout.split("\n").filter((id) => id !== "");
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const limit = AbortSignal.timeout(60_000);
  while (!await condition()) {
    limit.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

sandboxTest("the image is built when there is none, line by line, and only then", async (bench) => {
  const { sandbox, events } = bench;
  await sandbox.ready();
  const types = events.map(({ type }) => type);
  assert.deepEqual([types[0], types.at(-2), types.at(-1)], ["building", "built", "started"]);
  assert.ok(types.includes("line"));
  const text = (await bench.sh("id -u; ls /usr/local/bin/ductor; rg --version; pdftotext -v")).text;
  assert.match(text, /ripgrep/);
  await sandbox.stop();
  await docker(["rmi", "ductor-e2e-built"]);
}, { docker: { image_name: "ductor-e2e-built" } });

sandboxTest("claude answers from the container, and in the live process again", async (bench) => {
  const session = await bench.agents.claude.open(bench.spec);
  try {
    const first = await ask(session, bench.spec, "run: hostname; pwd; echo $PLAIN");
    assert.equal(first.type, "result", JSON.stringify(first));
    assert.match((first as { text: string }).text, /ductor-sandbox\n\/ductor\/workspace\nseen/);
    const path = join(bench.home.telegramFilesDir, "photo.jpg");
    const second = await ask(session, bench.spec, `echo ${path}`);
    // What the user sends is called as it is inside.
    const asked = bench.server.requests.at(-1)!.text;
    assert.match(asked, /echo \/ductor\/workspace\/telegram_files\/photo\.jpg/);
    assert.equal(second.type, "result");
  } finally {
    await session.close();
  }
  assert.deepEqual(await inside(bench), []);
});

sandboxTest("codex answers from the container", async (bench) => {
  const env = await bench.server.codexEnv(bench.home.userHome!);
  await Deno.mkdir(sandboxFolders(bench.home).clis.codex, { recursive: true });
  await Deno.copyFile(
    `${env.CODEX_HOME}/config.toml`,
    join(sandboxFolders(bench.home).clis.codex, "config.toml"),
  );
  const spec = { ...bench.spec, env: { LOCAL_MODEL_KEY: env.LOCAL_MODEL_KEY! } };
  const session = await bench.agents.codex.open(spec);
  try {
    const end = await ask(session, spec, "run: hostname");
    assert.equal(end.type, "result", JSON.stringify(end));
    assert.match((end as { text: string }).text, /ductor-sandbox/);
    assert.ok((await bench.agents.codex.models()).length > 0);
  } finally {
    await session.close();
  }
  assert.deepEqual(await inside(bench), []);
});

sandboxTest("an interrupt ends the turn and what it ran; the session goes on", async (bench) => {
  const session = await bench.agents.claude.open(bench.spec);
  try {
    const running = ask(session, bench.spec, `run: ${SLEEP}`);
    await until(async () => (await inside(bench)).some((line) => line.includes("54321")));
    await session.interrupt();
    const end = await running;
    assert.equal(end.type === "result" && end.interrupted, true, JSON.stringify(end));
    await until(async () => !(await inside(bench)).some((line) => line.includes("54321")));
    assert.equal((await ask(session, bench.spec, "hello")).type, "result");
  } finally {
    await session.close();
  }
});

sandboxTest(
  "a kill reaches every process inside, also those in sessions of their own",
  async (bench) => {
    const child = await bench.sandbox.launch({
      command: "sh",
      args: ["-c", "setsid sh -c 'trap \"\" TERM; sleep 54321 & wait' & echo up; sleep 54321"],
      cwd: bench.home.workspaceDir,
    });
    for await (const line of child.lines) if (line === "up") break;
    await until(async () => (await inside(bench)).length >= 2);
    await child.kill({ graceMs: 300 });
    assert.deepEqual(await inside(bench), []);
    assert.equal(child.alive, false);
  },
);

sandboxTest("what a killed bot left inside is ended by the next one", async (bench) => {
  await bench.sandbox.ready();
  // As a bot that is gone would have left it.
  await docker([
    "exec",
    "-d",
    "-e",
    "DUCTOR_SANDBOX_CHILD=of-a-former-life",
    bench.sandbox.container,
    "sleep",
    "54321",
  ]);
  await until(async () => (await inside(bench)).length > 0);
  const program = programs()[0]!;
  const next = new SandboxLauncher({
    home: bench.home,
    docker: () => bench.config.docker,
    self: [program.command, ...program.args],
  });
  await next.ready();
  assert.deepEqual(await inside(bench), []);
  await next.stop();
});

sandboxTest("exit codes and signals arrive, and missing programs are told", async (bench) => {
  assert.equal((await bench.sh("exit 7")).code, 7);
  const child = await bench.sandbox.launch({
    command: "sh",
    args: ["-c", "kill -9 $$"],
    cwd: bench.home.workspaceDir,
  });
  assert.deepEqual(await child.exited, { code: 137, signal: "SIGKILL" });
  await child.kill();
  assert.equal(await bench.sandbox.which("no-such-program"), undefined);
  await assert.rejects(
    bench.sandbox.launch({ command: "no-such-program", args: [], cwd: bench.home.workspaceDir }),
    { kind: "not_found" },
  );
});

sandboxTest(
  "a container removed in the middle of a turn: told as a crash, then made again",
  async (bench) => {
    const session = await bench.agents.claude.open(bench.spec);
    const running = ask(session, bench.spec, `run: ${SLEEP}`);
    await until(async () => (await inside(bench)).some((line) => line.includes("54321")));
    await docker(["rm", "-f", ...await containersOf(bench.home)]);
    const end = await running;
    assert.equal(end.type === "error" && end.kind, "crash", JSON.stringify(end));
    assert.match((end as { message: string }).message, /container was stopped or removed/);
    await session.close();
    const again = await bench.agents.claude.open(bench.spec);
    try {
      assert.equal((await ask(again, bench.spec, "hello")).type, "result");
    } finally {
      await again.close();
    }
    assert.ok(bench.events.some((event) => event.type === "started" && event.again));
  },
);

sandboxTest(
  "changed limits or mounts make the container anew, unchanged ones do not",
  async (bench) => {
    const program = programs()[0]!;
    const id = async () =>
      (await docker(["inspect", "-f", "{{.Id}}", bench.sandbox.container])).stdout;
    await bench.sandbox.ready();
    const first = await id();
    const open = (docker: Partial<Config["docker"]>) =>
      new SandboxLauncher({
        home: bench.home,
        docker: () => ({ ...bench.config.docker, ...docker }),
        self: [program.command, ...program.args],
      });
    await open({}).ready();
    assert.equal(await id(), first);
    const other = open({ memory: "3g" });
    await other.ready();
    assert.notEqual(await id(), first);
    const format =
      "{{.HostConfig.Memory}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} " +
      "{{.HostConfig.SecurityOpt}} {{.HostConfig.PidsLimit}} {{.HostConfig.NanoCpus}}";
    const { stdout } = await docker(["inspect", "-f", format, bench.sandbox.container]);
    assert.equal(stdout.trim(), `${3 * 1024 ** 3} true [ALL] [no-new-privileges] 1024 2000000000`);
    await other.stop();
  },
);

sandboxTest("neither token nor hook secret nor a host file can be read inside", async (bench) => {
  const secretFile = join(bench.home.userHome!, "secret-of-the-host.txt");
  await Deno.writeTextFile(secretFile, "host-only-content");
  Deno.env.set("DUCTOR_TEST_PRIVATE", "private-environment");
  try {
    const { text } = await bench.sh([
      `for s in ${TOKEN} ${HOOK_SECRET} host-only-content private-environment; do`,
      '  echo "looking for $(echo $s | cut -c1-8)"',
      '  grep -rlF -e "$s" /ductor /home /run /tmp /etc /var /root /opt 2>/dev/null',
      "done",
      "grep -lF private-environment /proc/[0-9]*/environ 2>/dev/null",
      "ls /ductor; ls -a /ductor/workspace | grep config; cat /ductor/config/config.json",
      "touch /etc/x /usr/bin/x",
    ].join("\n"));
    assert.deepEqual(text.split("\n").filter((line) => !/^touch:|^cat:/.test(line)), [
      "looking for 12345678",
      "looking for whsec_ve",
      "looking for host-onl",
      "looking for private-",
      "workspace",
    ]);
    assert.match(text, /config\.json: No such file/);
    assert.match(text, /x': Read-only file system/);
  } finally {
    Deno.env.delete("DUCTOR_TEST_PRIVATE");
  }
});

sandboxTest(
  "K16.1 a process inside that replaces its logins leaves the host's byte for byte",
  async (bench) => {
    const user = bench.home.userHome!;
    const expiresAt = Date.now() + 3_600_000;
    const login = (token: string) => ({
      accessToken: `access-${token}`,
      refreshToken: `refresh-${token}`,
      expiresAt,
      scopes: ["user:inference"],
    });
    const files = {
      ".claude/.credentials.json": JSON.stringify({
        claudeAiOauth: login("host"),
        mcpOAuth: { tracker: login("mcp") },
      }),
      ".codex/auth.json": JSON.stringify({
        tokens: {
          id_token: "id-host",
          access_token: "access-host",
          refresh_token: "refresh-host",
          account_id: "host",
        },
      }),
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(user, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(user, name), text);
    }
    const names = Object.keys(files);
    const seen = await bench.sh(names.map((name) => `cat ~/${name}`).join("; "));
    assert.equal(seen.text.match(/access-host/g)?.length, 3, seen.text);
    assert.doesNotMatch(seen.text, /refresh-host|id-host|mcp/);
    const forged = [
      JSON.stringify({ claudeAiOauth: login("evil"), tokens: { access_token: "evil" } }),
      "junk",
    ];
    for (const text of forged) {
      await bench.sh(names.map((name) => `echo '${text}' > ~/${name}`).join("; "));
      assert.match((await bench.sh(`cat ~/${names[0]}`)).text, /access-host/);
    }
    const told = bench.events.flatMap((event) => event.type === "login_changed" ? event.title : []);
    assert.deepEqual(told.sort(), ["Claude Code", "Codex"]);
    await bench.sh(names.map((name) => `ln -sf /etc/passwd ~/${name}`).join("; "));
    await bench.sandbox.stop();
    for (const [name, text] of Object.entries(files)) {
      assert.equal(await Deno.readTextFile(join(user, name)), text);
    }
  },
);

sandboxTest(
  "K16.5 what an agent wrote down of a conversation is not there for another's, and its session goes on",
  async (bench) => {
    const { agents, home, sessions } = bench;
    const codexEnv = await bench.server.codexEnv(home.userHome!);
    await Deno.copyFile(
      `${codexEnv.CODEX_HOME}/config.toml`,
      join(sandboxFolders(home).clis.codex, "config.toml"),
    );
    for (const [name, chat] of [["claude", "88"], ["codex", "89"]] as const) {
      const word = `zebra-${name}`;
      const more = name === "codex"
        ? { LOCAL_MODEL_KEY: codexEnv.LOCAL_MODEL_KEY! }
        : bench.spec.env;
      const specOf = (its: Record<string, string>, resume?: string) => {
        const { DUCTOR_CHAT_ID: _, ...env } = more as Record<string, string>;
        return { ...bench.spec, env: { ...env, ...its }, ...resume && { resume } };
      };
      let id = "";
      const turn = async (spec: SessionSpec, text: string) => {
        const session = await agents[name].open(spec);
        try {
          const end = await ask(session, spec, text, (event) => {
            if (event.type === "session") id = event.id;
          });
          assert.equal(end.type, "result", JSON.stringify(end));
        } finally {
          await session.close();
        }
      };
      const look = (its: Record<string, string>) =>
        bench.sh(
          `grep -rlF ${word} /home /tmp /var /ductor /proc/[0-9]*/environ 2>/dev/null`,
          its,
        );
      // As a version without rooms of their own has left it.
      await turn(specOf({ DUCTOR_CHAT_ID: "1" }), `say ${word}`);
      const before = id;
      assert.notEqual((await look({ DUCTOR_CHAT_ID: "1" })).text, "", "it is written down");
      const { clis } = sandboxFolders(home, "1");
      await cp(clis[name], sandboxFolders(home).clis[name], { recursive: true });
      await Deno.remove(clis[name], { recursive: true });
      sessions[chat] = [before];
      await turn(specOf({ DUCTOR_CHAT_ID: chat }, before), "go on");
      assert.match(JSON.stringify(bench.server.requests.at(-1)!.history), new RegExp(word));
      // And once more, as it does every day.
      await turn(specOf({ DUCTOR_CHAT_ID: chat }, id), "and on");
      assert.match(JSON.stringify(bench.server.requests.at(-1)!.history), new RegExp(word));
      assert.notEqual((await look({ DUCTOR_CHAT_ID: chat })).text, "");
      for (
        const other of [
          { DUCTOR_CHAT_ID: CHAT },
          { DUCTOR_CHAT_ID: chat, DUCTOR_THREAD_ID: "5" },
          { DUCTOR_CHAT_ID: chat, DUCTOR_TASK: "job" },
        ]
      ) assert.equal((await look(other as Record<string, string>)).text, "", JSON.stringify(other));
    }
  },
);

sandboxTest("folders that ductor itself reads cannot be swapped for links", async (bench) => {
  const { text } = await bench.sh(
    "mv memory_system away; rm -rf memory_system; ln -s /etc memory_system; ls -ld memory_system",
  );
  assert.match(text, /Device or resource busy/);
  assert.ok((await Deno.lstat(bench.home.memoryDir)).isDirectory);
});

sandboxTest("a link in the place of the memory shows nothing of the host", async (bench) => {
  const secret = join(bench.home.userHome!, "secret.txt");
  await Deno.writeTextFile(secret, "secret of the host");
  await bench.sh("ln -sf ../../config/config.json memory_system/MAINMEMORY.md");
  await bench.sh(`ln -sf ${secret} tools/CLAUDE.md; rm tools/AGENTS.md`);
  const home = bench.home.confine();
  assert.equal(
    await Deno.readTextFile(bench.home.mainMemoryFile).then((text) => text !== ""),
    true,
  );
  assert.equal(await readMemory(home), "");
  await snapshotMemory(home);
  await new RuleSync(home).run();
  const { text } = await bench.sh(`cat tools/AGENTS.md; grep -rl "${TOKEN}" . ; echo end`);
  assert.ok(!text.includes("secret of the host"), text);
  assert.equal(text.split("\n").at(-1), "end");
  assert.ok(!text.includes("history/"), text);
});

sandboxTest("the skills of the workspace are those of the CLI inside", async (bench) => {
  await Deno.mkdir(join(bench.home.skillsDir, "mine"), { recursive: true });
  await Deno.writeTextFile(join(bench.home.skillsDir, "mine", "SKILL.md"), "how");
  assert.equal((await bench.sh("cat ~/.claude/skills/mine/SKILL.md")).text, "how");
});

sandboxTest("ductor works inside: what agents need, and no more", async (bench) => {
  const version = await bench.sh("ductor --version");
  assert.match(version.text, /^\d+\.\d+\.\d+$/);
  const list = await bench.sh("ductor cron list");
  assert.equal(list.code, 0, list.text);
  JSON.parse(list.text);
  for (
    const command of ["upgrade", "stop", "config set docker.enabled false", "run-bot", "uninstall"]
  ) {
    const { text, code } = await bench.sh(`ductor ${command}`);
    assert.equal(code, 2);
    assert.match(text, /not possible from inside the sandbox/);
  }
  const hooks = await bench.sh("ductor webhook list");
  assert.ok(!hooks.text.includes(HOOK_SECRET), hooks.text);
  const absent = await bench.sh("ductor file read /etc/hostname-of-the-host");
  assert.notEqual(absent.code, 0);
  assert.match(absent.text, /There is no file/);
});

sandboxTest("it runs as the user's own ids, and files it makes are theirs", async (bench) => {
  const { text } = await bench.sh(
    "id -u; id -un; touch made; mkdir -p ~/.local/bin; ductor --version",
  );
  assert.match(text, /^1234\nagent\n\d/);
  assert.equal((await Deno.stat(join(bench.home.workspaceDir, "made"))).uid, 1234);
}, { user: { uid: 1234, gid: 1234 } });

sandboxTest("without an engine nothing runs, on the host least of all", async (bench) => {
  await bench.sandbox.ready();
  await bench.sandbox.stop();
  const folder = bench.home.userHome!;
  // A `claude` of the host that would leave a trace, and the real client with an engine that is gone.
  const trace = join(folder, "trace");
  const bin = join(folder, "bin");
  await Deno.mkdir(bin);
  for (const name of ["claude", "codex"]) {
    await Deno.writeTextFile(join(bin, name), `#!/bin/sh\necho ran >> ${trace}\n`, { mode: 0o755 });
  }
  const client = join(bin, "dead-docker");
  const real = await new HostLauncher().which("docker");
  await Deno.writeTextFile(client, `#!/bin/sh\nexec ${real} -H unix://${folder}/no.sock "$@"\n`, {
    mode: 0o755,
  });
  const env = { ...Deno.env.toObject(), PATH: `${bin}:${Deno.env.get("PATH")}` };
  const host = new HostLauncher({ env: () => env });
  const dead = new SandboxLauncher({
    home: bench.home,
    docker: () => ({ ...bench.config.docker, command: client }),
    self: ["false"],
    host,
    env: () => env,
  });
  const { claude, codex } = await createAgents({ launcher: dead });
  for (const agent of [claude, codex]) {
    await assert.rejects(agent.open(bench.spec), /nothing was started.*engine is not running/s);
    await assert.rejects(agent.models(), /sandbox cannot run/);
    await agent.authState();
  }
  await assert.rejects(Deno.stat(trace), Deno.errors.NotFound);
});

sandboxTest(
  "in the chat: a message is answered from the container, a dead engine is told",
  async (bench) => {
    const { home, sandbox, agents } = bench;
    await using api = await BotApiServer.start();
    const alice = api.user({ id: 1001, first_name: "Alice" });
    await updateConfig(home, (raw) => {
      raw.telegram_token = api.token;
      raw.telegram_api_root = api.apiRoot;
      raw.allowed_user_ids = [1001];
      raw.provider = "claude";
    });
    const { config } = await loadConfig(home);
    // The CLI of the chat gets its surroundings from ours.
    const outer = bench.server.claudeEnv("/nowhere");
    for (const [name, value] of Object.entries(outer)) {
      if (name.startsWith("ANTHROPIC_")) Deno.env.set(name, value);
    }
    const bot = await startBot({ home, config, agents, launcher: sandbox, sandbox });
    const shown = () =>
      api.messages(1001).filter(({ from }) => from?.id === api.me.id).map(({ text }) => text ?? "");
    try {
      alice.send("run: hostname; ductor --version");
      await until(() => Promise.resolve(shown().some((text) => /ductor-sandbox\n\d/.test(text))));
      await docker(["rm", "-f", ...await containersOf(home)]);
      Deno.env.set("DOCKER_HOST_OF_TEST", Deno.env.get("DOCKER_HOST") ?? "");
      Deno.env.set("DOCKER_HOST", "unix:///nowhere/docker.sock");
      alice.send("run: hostname");
      await until(() =>
        Promise.resolve(shown().some((text) => text.includes("nothing was started")))
      );
    } finally {
      const before = Deno.env.get("DOCKER_HOST_OF_TEST");
      if (before) Deno.env.set("DOCKER_HOST", before);
      else if (before === "") Deno.env.delete("DOCKER_HOST");
      Deno.env.delete("DOCKER_HOST_OF_TEST");
      for (const name of Object.keys(outer)) Deno.env.delete(name);
      await bot.stop(0);
    }
  },
);

sandboxTest("teardown removes the container, and only one of this home", async (bench) => {
  await bench.sandbox.ready();
  const other = new Home(join(bench.home.userHome!, "other"));
  const docker_ = { ...bench.config.docker, container_name: bench.sandbox.container };
  assert.equal(await stopSandbox(other, docker_), false);
  assert.equal(await stopSandbox(bench.home, bench.config.docker), true);
  assert.equal(await stopSandbox(bench.home, bench.config.docker), false);
  assert.equal((await docker(["inspect", bench.sandbox.container])).code, 1);
});

sandboxTest(
  "a task that runs by itself runs in the container, its check before too",
  async (bench) => {
    const { home, agents, sandbox, config } = bench;
    await Deno.mkdir(join(home.cronTasksDir, "tea"), { recursive: true });
    await Deno.writeTextFile(join(home.cronTasksDir, "tea", "TASK_DESCRIPTION.md"), "Tea.");
    const env = bench.server.claudeEnv("/nowhere");
    const tasks = new TaskRunner({
      home,
      agents: {
        ...agents,
        claude: new ClaudeAgent({ launcher: sandbox, env: { ANTHROPIC_API_KEY: "x", ...env } }),
      },
      launcher: sandbox,
      models: new ModelCatalogue({ agents }),
      config: () => ({ ...config, provider: "claude", model: "sonnet" }),
      clock: systemClock,
      timeZone: () => "UTC",
    });
    const result = await tasks.run({
      id: "tea",
      title: "Tea",
      folder: "tea",
      instruction: "run: hostname",
      cliParameters: [],
      precheck: "hostname; pwd",
      silent: false,
    }, AbortSignal.timeout(60_000));
    assert.equal(result.status, "success", JSON.stringify(result));
    const asked = bench.server.requests.map(({ text }) => text).join("\n");
    assert.match(asked, /ductor-sandbox\n\/ductor\/workspace\/cron_tasks\/tea/);
    assert.deepEqual(await inside(bench), []);
  },
);

sandboxTest(
  "the program itself, with its own permissions, answers from the container",
  async (bench) => {
    const { home } = bench;
    await using api = await BotApiServer.start();
    const alice = api.user({ id: 1001, first_name: "Alice" });
    await updateConfig(home, (raw) => {
      raw.telegram_token = api.token;
      raw.telegram_api_root = api.apiRoot;
      raw.allowed_user_ids = [1001];
      raw.provider = "claude";
      raw.docker = { ...raw.docker as object, enabled: true, image_name: IMAGE, network: "host" };
    });
    const env = bench.server.claudeEnv("/nowhere");
    const program = programs().at(-1)!;
    const process = spawnProgram(program, ["start"], {
      DUCTOR_HOME: home.root,
      DOCKER_HOST: Deno.env.get("DOCKER_HOST") ?? "",
      ...Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("ANTHROPIC"))),
    });
    const output = process.output();
    const shown = () =>
      api.messages(1001).filter(({ from }) => from?.id === api.me.id).map(({ text }) => text ?? "");
    try {
      alice.send("run: hostname; ductor cron list; cat /ductor/config/config.json");
      await until(() => Promise.resolve(shown().some((text) => /ductor-sandbox/.test(text))));
      assert.match(shown().join("\n"), /"jobs":\[\]/);
      assert.match(shown().join("\n"), /config\.json: No such file/);
    } finally {
      try {
        process.kill("SIGTERM");
      } catch {
        // Ended already; what it said tells why.
      }
      const { stderr, code } = await output;
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    // It takes its containers with it.
    assert.deepEqual(await containersOf(home), []);
  },
);
