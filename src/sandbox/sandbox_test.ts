import assert from "node:assert/strict";
import { join } from "node:path";
import { AgentError } from "../agents/agent.ts";
import { Home } from "../config/home.ts";
import { defaultConfig } from "../config/schema.ts";
import type { Child } from "../process/launcher.ts";
import { NoDockerError, type Ran, type Run } from "./docker.ts";
import { SandboxLauncher } from "./launcher.ts";
import type { SandboxEvent } from "./sandbox.ts";
import { SandboxError } from "./sandbox_error.ts";
import { type FakeChild, FakeLauncher } from "../../tests/support/fake_child.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

/** An engine that remembers what it runs, and a host on which its client is the only program. */
class Bench implements AsyncDisposable {
  readonly host = new FakeLauncher();
  readonly events: SandboxEvent[] = [];
  /** Command lines of the engine, the beginning of each. */
  readonly asked: string[] = [];
  readonly docker = { ...defaultConfig().docker, enabled: true, auto_build: true };
  engine: "up" | "down" | "missing" = "up";
  /** One of the user's own, which nobody builds. */
  image = true;
  /** What the engine runs just now, by its id. */
  container: { id: string; running: boolean; made: string } | undefined;
  /** What was made a container of. */
  readonly runs: (readonly string[])[] = [];
  /** What was brought into containers of conversations. */
  readonly brought: { own: string; sessions: string[] }[] = [];
  readonly clock = new FakeClock();
  /** Whether a new container's bridge comes up. */
  bridges = true;
  /** Programs in the image. */
  programs = ["claude", "codex"];
  /** Called in the middle of a build, which goes on when it resolves. */
  building: (signal: AbortSignal | undefined) => Promise<void> = () => Promise.resolve();
  readonly sandbox: SandboxLauncher;
  #made = 0;

  private constructor(readonly temp: TempFolder, readonly home: Home) {
    this.host.onLaunch = (child) => {
      child.onWrite = ({ type, id }) => {
        if (type === "client") this.bridges ? child.say({ type: "ready" }) : child.exit(127);
        if (type === "kill") child.say({ type: "killed", id, left: 0 });
      };
    };
    this.sandbox = new SandboxLauncher({
      home,
      docker: () => this.docker,
      self: ["ductor"],
      host: this.host,
      run: this.#run,
      env: () => ({ LANG: "C.UTF-8", SECRET: "s3" }),
      user: { uid: 1000, gid: 1000 },
      clock: this.clock,
      // One is what an agent made up, to be given what fits.
      sessions: (conversation) => Promise.resolve([sessionOf(conversation), "jsonl", "-"]),
      project: (folder) =>
        Promise.resolve(
          folder === "/home/alice/shop" ? [{ host: "/data/shop", inside: folder }] : undefined,
        ),
    });
    this.sandbox.listen((event) => this.events.push(event));
  }

  static async make(): Promise<Bench> {
    const temp = await TempFolder.make();
    const home = new Home(temp.at("home"), temp.at("user"), "linux");
    for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
    return new Bench(temp, home);
  }

  #run: Run = async (args, options): Promise<Ran> => {
    const line = args.join(" ");
    this.asked.push(args.slice(0, 2).join(" "));
    const well = (stdout = "") => ({ code: 0, stdout, stderr: "" });
    const badly = (stderr: string) => ({ code: 1, stdout: "", stderr });
    if (this.engine === "missing") throw new NoDockerError(`"docker" was not found on PATH`);
    if (this.engine === "down") return badly("Cannot connect to the Docker daemon");
    if (args[0] === "info") return well('{"ServerVersion":"27","OperatingSystem":"Linux"}');
    if (line.startsWith("image inspect")) {
      return this.image ? well("sha256:1 ") : badly("No such image");
    }
    if (args[0] === "build") {
      options?.onLine?.("Step 1/3");
      await this.building(options?.signal);
      options?.signal?.throwIfAborted();
      this.image = true;
      return well();
    }
    if (line.startsWith("container inspect")) {
      const { container: found } = this;
      const name = args.at(-1)!;
      if (!found || found.id !== name && !name.startsWith(this.sandbox.container)) {
        return badly("no");
      }
      return well([found.id, found.running, this.home.root, found.made].join("\n"));
    }
    if (args[0] === "run" && args.includes("--rm")) {
      this.brought.push(JSON.parse(args.at(-1)!));
      return well();
    }
    if (args[0] === "run") {
      this.runs.push(args);
      const label = args.find((arg) => arg.startsWith("ductor.made="));
      const made = label!.slice("ductor.made=".length);
      this.container = { id: `c${++this.#made}`, running: true, made };
      return well(this.container.id);
    }
    if (args[0] === "rm") this.container = undefined;
    if (line.includes(".ductor-probe")) {
      const mounted = this.runs.at(-1)!.find((arg) => arg.endsWith(":/home/agent:rw"))!;
      return well(await Deno.readTextFile(join(mounted.split(":")[0]!, ".ductor-probe")));
    }
    if (line.includes("command -v")) {
      const program = args.at(-1)!;
      return this.programs.includes(program) ? well(`/usr/bin/${program}`) : badly("");
    }
    return well();
  };

  /** Starts an agent, as a conversation does. */
  agent(command = "claude"): Promise<Child> {
    return this.sandbox.launch({ command, args: ["--flag"], cwd: this.home.workspaceDir });
  }

  /** The process by which we talk with the container. */
  get bridge(): FakeChild {
    const at = this.host.launched.findLastIndex(({ args }) => args.includes("node"));
    return this.host.children[at]!;
  }

  /** The container is removed from outside, and everything in it ends. */
  lose(): void {
    this.container = undefined;
    for (const child of this.host.children) child.exit(137);
  }

  types(): string[] {
    return this.events.map((event) =>
      event.type === "started" && event.again ? "again" : event.type
    );
  }

  /** Asserts that the host has started nothing but the engine's client. */
  onlyTheClient(): void {
    for (const { command, args } of this.host.launched) {
      assert.deepEqual([command, args[0]], ["docker", "exec"]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.host.children) child.exit(0);
    await this.sandbox.stop();
    await settle();
    await this.temp[Symbol.asyncDispose]();
  }
}

Deno.test("sandbox: many who ask at the same time get one container", async () => {
  await using bench = await Bench.make();
  const children = await Promise.all([bench.agent(), bench.agent("codex"), bench.agent()]);
  assert.equal(children.length, 3);
  assert.equal(bench.asked.filter((line) => line.startsWith("run -d")).length, 1);
  assert.equal(bench.host.launched.filter(({ args }) => args.includes("node")).length, 1);
  await bench.agent();
  assert.deepEqual(bench.types(), ["started"]);
  bench.onlyTheClient();
});

Deno.test("sandbox: a process runs in the container, with our secrets outside and none on the command line", async () => {
  await using bench = await Bench.make();
  await bench.sandbox.launch({
    command: "claude",
    args: [join(bench.home.workspaceDir, "a.txt")],
    cwd: bench.home.workspaceDir,
    env: { ANTHROPIC_API_KEY: "sk-1", DUCTOR_HOME: bench.home.root },
  });
  const { args, env } = bench.host.launched.at(-1)!;
  const line = args.join(" ");
  assert.match(line, /-w \/ductor\/workspace .* c1 claude \/ductor\/workspace\/a\.txt$/);
  assert.ok(!line.includes("sk-1") && !line.includes(bench.home.root));
  assert.equal(env?.ANTHROPIC_API_KEY, "sk-1");
  assert.equal(env?.SECRET, undefined);
});

Deno.test("sandbox: without an engine nothing starts, and it is said what is missing", async () => {
  for (const [engine, said] of [["down", /engine is not running/], ["missing", /not installed/]]) {
    await using bench = await Bench.make();
    bench.engine = engine as Bench["engine"];
    await assert.rejects(bench.agent(), said as RegExp);
    await assert.rejects(bench.agent(), SandboxError);
    assert.deepEqual(bench.host.launched, []);
    assert.deepEqual(bench.types(), ["failed", "failed"]);
    // Who only asks where a command is hears the reason when it is started.
    assert.equal(await bench.sandbox.which("claude"), "claude");
  }
});

Deno.test("sandbox: a container that goes in the middle of a turn says so, and is made again", async () => {
  await using bench = await Bench.make();
  const child = await bench.agent();
  bench.lose();
  await child.exited;
  assert.match(child.stderrTail(), /stopped or removed, or its engine has gone/);
  await bench.agent();
  assert.deepEqual(bench.types(), ["started", "again"]);
  assert.equal(bench.host.launched.at(-1)!.args.includes("c2"), true);
  bench.onlyTheClient();
});

Deno.test("sandbox: an engine that goes in the middle of a turn never moves an agent to the host", async () => {
  await using bench = await Bench.make();
  const child = await bench.agent();
  bench.engine = "down";
  bench.lose();
  await child.exited;
  const before = bench.host.launched.length;
  for (let n = 0; n < 3; n++) await assert.rejects(bench.agent(), SandboxError);
  assert.equal(bench.host.launched.length, before);
  bench.engine = "up";
  await bench.agent();
  // Also after attempts in between it is known that agents have lost their container.
  assert.deepEqual(bench.types(), ["started", "failed", "failed", "failed", "again"]);
  bench.onlyTheClient();
});

Deno.test("sandbox: an image that is not there is built before anything starts, and told about", async () => {
  await using bench = await Bench.make();
  bench.image = false;
  await bench.agent();
  assert.deepEqual(bench.types(), ["building", "line", "built", "started"]);
});

Deno.test("sandbox: a container that was made otherwise than today is made again", async () => {
  await using bench = await Bench.make();
  await bench.sandbox.ready();
  const first = bench.container!.made;
  bench.bridge.exit(0);
  bench.docker.memory = "1g";
  await bench.sandbox.ready();
  assert.deepEqual(bench.container?.id, "c2");
  assert.notEqual(bench.container?.made, first);
});

Deno.test("sandbox: what an earlier run left in the container is ended, and only there", async () => {
  await using bench = await Bench.make();
  await bench.sandbox.ready();
  assert.deepEqual(bench.bridge.written.map(({ type }) => type), ["client"]);
  bench.bridge.exit(0);
  await bench.sandbox.ready();
  assert.equal(bench.container?.id, "c1");
  assert.deepEqual(bench.bridge.written.at(-1), {
    type: "kill",
    id: 1,
    marker: "DUCTOR_SANDBOX_CHILD=",
    graceMs: 0,
  });
});

Deno.test("sandbox: a container without a way in says what its image must have", async () => {
  await using bench = await Bench.make();
  bench.bridges = false;
  await assert.rejects(bench.agent(), /must have Node\.js and a shell/);
  bench.onlyTheClient();
});

Deno.test("sandbox: a command that is not in the image, and a folder that is not mounted, are refused", async () => {
  await using bench = await Bench.make();
  await assert.rejects(
    bench.agent("gemini"),
    (error: AgentError) =>
      error.kind === "not_found" && /"gemini" is not in the image/.test(error.message),
  );
  assert.equal(await bench.sandbox.which("gemini"), undefined);
  const spec = { command: "claude", args: [], cwd: bench.home.root };
  await assert.rejects(bench.sandbox.launch(spec), /is not in the sandbox; only/);
  assert.equal(bench.host.launched.length, 1);
});

Deno.test("sandbox: a process that was killed for its memory says which limit it met", async () => {
  await using bench = await Bench.make();
  const child = await bench.agent();
  bench.host.children.at(-1)!.exit(137);
  assert.deepEqual(await child.exited, { code: 137, signal: "SIGKILL" });
  assert.match(child.stderrTail(), /Its limit is 4g of memory/);
});

Deno.test("sandbox: a process is ended inside first; without a bridge the whole container goes", async () => {
  await using bench = await Bench.make();
  const child = await bench.agent();
  await child.kill({ graceMs: 10 });
  assert.equal(bench.bridge.written.at(-1).type, "kill");
  assert.match(bench.bridge.written.at(-1).marker, /^DUCTOR_SANDBOX_CHILD=.+/);
  const other = await bench.agent();
  bench.bridge.exit(1);
  bench.asked.length = 0;
  await other.kill();
  assert.deepEqual(bench.asked, ["container inspect", "exec c1"]);
});

Deno.test("sandbox: an end while it is starting stops the start, and leaves no container", async () => {
  await using bench = await Bench.make();
  bench.image = false;
  const reached = Promise.withResolvers<void>();
  bench.building = (signal) => {
    reached.resolve();
    return new Promise((resolve) => signal!.addEventListener("abort", () => resolve()));
  };
  const waiting = [bench.agent(), bench.agent()];
  const ends = Promise.allSettled(waiting);
  await reached.promise;
  await bench.sandbox.stop();
  for (const end of await ends) {
    assert.equal(end.status, "rejected");
    assert.match(String(end.reason), /shutting down/);
  }
  await assert.rejects(bench.agent(), /shutting down/);
  assert.deepEqual([bench.container, bench.host.launched], [undefined, []]);
  // An end that was asked for is no failure anybody has to hear of.
  assert.deepEqual(bench.types(), ["building", "line"]);
});

Deno.test("sandbox: an end removes the container of this home, and closes the way in", async () => {
  await using bench = await Bench.make();
  await bench.sandbox.ready();
  await bench.sandbox.stop();
  assert.deepEqual([bench.container, bench.bridge.alive], [undefined, false]);
  assert.ok(bench.asked.includes("stop -t"));
});

Deno.test("K13.1 sandbox: what a bot that was killed left in the container is ended at once", async () => {
  await using bench = await Bench.make();
  await bench.sandbox.endLeft();
  assert.deepEqual(bench.asked, ["container ls", "container inspect"]);
  await bench.sandbox.ready();
  bench.asked.length = 0;
  await bench.sandbox.endLeft();
  assert.deepEqual(bench.asked, ["container ls", "container inspect", "exec c1"]);
});

Deno.test("sandbox: a project has a container of its own, with it and the workspace and nothing else", async () => {
  await using bench = await Bench.make();
  const { sandbox } = bench;
  await sandbox.launch({ command: "claude", args: [], cwd: "/home/alice/shop" });
  const [args] = bench.runs;
  assert.ok(args!.includes("/data/shop:/home/alice/shop:rw"));
  assert.ok(args!.includes(`${bench.home.workspaceDir}:/ductor/workspace:rw`));
  const name = args![args!.indexOf("--name") + 1]!;
  assert.match(name, new RegExp(`^${sandbox.container}-[0-9a-f]{8}$`));
  const exec = bench.host.launched.at(-1)!.args;
  assert.equal(exec[exec.indexOf("-w") + 1], "/home/alice/shop");
  await assert.rejects(
    sandbox.launch({ command: "claude", args: [], cwd: "/home/alice/other" }),
    /\/home\/alice\/other is not in the sandbox/,
  );
  assert.equal(bench.runs.length, 1, "and nothing else is made for it");
});

function sessionOf(conversation: string): string {
  return `01a21411-33e8-7730-b5b4-${conversation.replace(/\D/g, "").padStart(12, "0")}`;
}

/** What is mounted of the sandbox's own folder, and its name. */
function ownOf(bench: Bench, args: readonly string[]): { name: string; own: string[] } {
  const own = args.filter((arg) => arg.startsWith(bench.home.sandboxDir))
    .map((arg) => arg.slice(bench.home.sandboxDir.length + 1).replaceAll("\\", "/"));
  return {
    name: args[args.indexOf("--name") + 1]!,
    own: own.filter((one) => !/^(passwd|group):/.test(one)),
  };
}

Deno.test("K16.5 sandbox: each conversation has a container of its own, in which nothing of another is mounted", async () => {
  await using bench = await Bench.make();
  const { sandbox, home } = bench;
  const launch = (env: Record<string, string>, cwd = home.workspaceDir) =>
    sandbox.launch({ command: "claude", args: [], cwd, env });
  await launch({ DUCTOR_CHAT_ID: "7" });
  await launch({ DUCTOR_CHAT_ID: "-100", DUCTOR_THREAD_ID: "3" });
  await launch({ DUCTOR_CHAT_ID: "7" }, "/home/alice/shop");
  await launch({ DUCTOR_CHAT_ID: "7", DUCTOR_TASK: "job" });
  await launch({ DUCTOR_CHAT_ID: "../8" });
  const made = bench.runs.map((args) => ownOf(bench, args));
  assert.deepEqual(
    made.map(({ own }) => own),
    ["chats/7/", "chats/-100.3/", "chats/7/", "chats/none/"].map((whose) => [
      `${whose}home:/home/agent:rw`,
      `${whose}claude:/home/agent/.claude:rw`,
      `${whose}codex:/home/agent/.codex:rw`,
    ]),
    "what belongs to no conversation, such as a job, sees none",
  );
  assert.equal(new Set(made.map(({ name }) => name)).size, 4);
  assert.deepEqual(bench.brought.map(({ own, sessions }) => [own, ...sessions]), [
    ["7", sessionOf("7")],
    ["-100.3", sessionOf("-100.3")],
    ["7", sessionOf("7")],
    ["none"],
  ]);
});

Deno.test("K16.5 sandbox: a conversation's container goes when nothing has run in it for long, and comes again", async () => {
  await using bench = await Bench.make();
  const env = { DUCTOR_CHAT_ID: "7" };
  const launch = () =>
    bench.sandbox.launch({ command: "claude", args: [], cwd: bench.home.workspaceDir, env });
  await launch();
  const first = bench.host.children.at(-1)!;
  await launch();
  bench.host.children.at(-1)!.exit(0);
  await bench.clock.advance(3_600_000);
  assert.equal(bench.container?.id, "c1", "one still runs");
  first.exit(0);
  while (bench.clock.sleeping === 0) await settle();
  await bench.clock.advance(15 * 60_000 - 1);
  assert.equal(bench.container?.id, "c1");
  await bench.clock.advance(1);
  while (bench.container) await settle();
  await launch();
  assert.equal(bench.runs.length, 2);
});
