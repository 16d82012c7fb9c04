import assert from "node:assert/strict";
import { join } from "node:path";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { Home } from "../config/home.ts";
import { defaultConfig } from "../config/schema.ts";
import { ensureContainer, makeFolders, removeContainer } from "./container.ts";
import { dockerCommand, NoDockerError, type Ran, type Run } from "./docker.ts";
import { askEngine, engineOf, isRemote, remoteEngine } from "./engine.ts";
import { ensureImage } from "./image.ts";
import { PathMap } from "./paths.ts";
import {
  type Engine,
  environmentInside,
  filesNamed,
  planContainer,
  sandboxFolders,
  userFiles,
} from "./plan.ts";
import { containerName } from "./settings.ts";
import { removeSandbox } from "./teardown.ts";
import { stepOf } from "../chat/sandbox_progress.ts";

const NATIVE: Engine = { podman: false, rootless: false, native: true };
const docker = { ...defaultConfig().docker, enabled: true };
const home = new Home("/home/me/.ductor", "/home/me", "linux");

/** An engine that answers by the beginning of the command line, and remembers what it was asked. */
function fake(answers: Record<string, Partial<Ran>>) {
  const asked: string[] = [];
  const run: Run = (args, options) => {
    const line = args.join(" ");
    asked.push(line);
    const found = Object.entries(answers).find(([start]) => line.startsWith(start));
    const ran = { code: 0, stdout: "", stderr: "", ...found?.[1] };
    for (const said of ran.stdout.split("\n")) options?.onLine?.(said);
    return Promise.resolve(ran);
  };
  return { run, asked };
}

const planOf = (engine: Engine, user: { uid: number; gid: number } | undefined, more = {}) =>
  planContainer({
    ...{ home, docker: { ...docker, ...more }, image: "sha256:1", engine, user },
    conversation: "7",
  });

Deno.test("the container has all the walls, and of the home the workspace only", () => {
  const { args } = planOf(NATIVE, { uid: 1000, gid: 1001 });
  const line = args.join(" ");
  for (
    const wall of [
      "--cap-drop ALL",
      "--security-opt no-new-privileges",
      "--read-only",
      "--memory 4g",
      "--memory-swap 4g",
      "--cpus 2",
      "--pids-limit 1024",
      "--network bridge",
      "--user 1000:1001",
    ]
  ) assert.ok(line.includes(wall), wall);
  const mounts = args.filter((_, index) => args[index - 1] === "-v").map((mount) =>
    mount.split(":")[0]!
  );
  for (const mount of mounts) {
    assert.match(mount, /^\/home\/me\/\.ductor\/(workspace|state\/sandbox)(\/|$)/);
  }
  assert.ok(!line.includes("docker.sock"));
  assert.ok(!line.includes("--privileged"));
});

Deno.test("who runs inside follows the engine", () => {
  const me = { uid: 1000, gid: 1000 };
  const user = (engine: Partial<Engine>) => {
    const { args } = planOf({ ...NATIVE, ...engine }, me);
    return args.includes("--user") ? args[args.indexOf("--user") + 1] : undefined;
  };
  assert.equal(user({}), "1000:1000");
  assert.equal(user({ rootless: true }), "0:0");
  assert.equal(user({ rootless: true, podman: true }), "1000:1000");
  assert.ok(planOf({ ...NATIVE, rootless: true, podman: true }, me).args.includes("keep-id"));
  assert.equal(user({ native: false }), undefined);
  assert.match(userFiles(me).passwd, /^agent:x:1000:1000:/m);
  assert.match(userFiles({ uid: 0, gid: 0 }).passwd, /^root:x:0:0:/);
});

Deno.test("each home has a container of its own, unless the user named one", () => {
  const other = new Home("/home/me/other");
  assert.notEqual(containerName(home, docker), containerName(other, docker));
  assert.equal(containerName(home, { container_name: "mine" }), "mine");
});

Deno.test("what a container was made with changes its hash", () => {
  const hash = (more: Record<string, unknown>) => planOf(NATIVE, undefined, more).hash;
  const hashes = [{}, { memory: "1g" }, { cpus: 1 }, { pids: 64 }, { network: "none" }].map(hash);
  assert.equal(new Set(hashes).size, 5);
  assert.equal(hash({}), hash({}));
});

Deno.test("engines are told apart by what they say of themselves", () => {
  assert.deepEqual(
    engineOf({ ServerVersion: "27", SecurityOptions: ["name=seccomp"] }, "linux"),
    NATIVE,
  );
  assert.equal(engineOf({ SecurityOptions: ["name=rootless"] }, "linux").rootless, true);
  assert.deepEqual(engineOf({ host: { security: { rootless: true } } }, "linux"), {
    podman: true,
    rootless: true,
    native: true,
  });
  assert.equal(engineOf({ OperatingSystem: "Docker Desktop" }, "linux").native, false);
  assert.equal(engineOf({}, "darwin").native, false);
  const odd = { toString: null };
  assert.deepEqual(
    engineOf({ ServerVersion: "27", SecurityOptions: [odd, null], OperatingSystem: odd }, "linux"),
    NATIVE,
  );
});

Deno.test("no docker, no engine, no permission: each says how to mend it", async () => {
  const none: Run = () => Promise.reject(new NoDockerError("x"));
  await assert.rejects(
    askEngine(none, "docker"),
    /nothing was started.*not installed.*get-docker/s,
  );
  for (
    const [ran, expected] of [
      [{ code: 1, stderr: "Cannot connect to the Docker daemon" }, /not running.*systemctl start/],
      // The client answers its own half with code 0.
      [{ code: 0, stdout: '{"ServerVersion":"","ClientInfo":{}}' }, /not running/],
      [{ code: 1, stderr: "permission denied while trying to connect" }, /usermod -aG docker/],
      [{ code: 124 }, /does not answer.*Restart/],
      // K10.2: no engine's answer, but JSON.
      [{ code: 0, stdout: "null" }, /docker/],
      [{ code: 0, stdout: '["ServerVersion"]' }, /docker/],
      [{ code: 0, stdout: '{"ServerVersion":27,"host":null}' }, /docker/],
    ] as const
  ) await assert.rejects(askEngine(fake({ info: ran }).run, "docker"), expected);
});

Deno.test("an engine on another machine is found by its address", async () => {
  for (const there of ["ssh://me@box", "tcp://10.0.0.2:2375", "https://box:1"]) {
    assert.ok(isRemote(there), there);
  }
  for (
    const here of [
      "unix:///var/run/docker.sock",
      "npipe:////./pipe/docker",
      "tcp://127.0.0.1:1",
      "",
    ]
  ) {
    assert.ok(!isRemote(here), here);
  }
  const { run } = fake({ "context inspect": { stdout: "ssh://me@box\n" } });
  assert.equal(await remoteEngine(run, () => undefined), "ssh://me@box");
  assert.equal(await remoteEngine(run, () => "unix:///x"), undefined);
});

async function image(answers: Record<string, Partial<Ran>>, auto_build = true) {
  const { run, asked } = fake(answers);
  const lines: string[] = [];
  let builds = 0;
  const id = await ensureImage({
    run,
    command: "docker",
    docker: { image_name: "i", auto_build },
    signal: AbortSignal.timeout(5000),
    onBuild: () => builds++,
    onLine: (line) => lines.push(line),
  });
  return { id, asked, lines, builds };
}

Deno.test("an image of the user's own is taken as it is; a stale one of ours is built anew", async () => {
  const own = await image({ "image inspect": { stdout: "sha256:own \n" } });
  assert.deepEqual([own.id, own.builds], ["sha256:own", 0]);
  const stale = await image({ "image inspect": { stdout: "sha256:old 00000000\n" } });
  assert.equal(stale.builds, 1);
  const kept = await image({
    "image inspect": { stdout: "sha256:old 00000000\n" },
    build: { code: 1, stderr: "no network" },
  });
  assert.equal(kept.id, "sha256:old");
});

Deno.test("no image: not without leave, and a build that fails says why", async () => {
  const missing = { "image inspect": { code: 1 } };
  await assert.rejects(image(missing, false), /auto_build. is off/);
  await assert.rejects(
    image({ ...missing, build: { code: 1, stderr: "no space left on device" } }),
    /could not be built: no space left on device/,
  );
});

Deno.test("steps of a build are read from either builder", () => {
  assert.equal(stepOf("Step 3/9 : RUN apt-get update"), "3/9 RUN apt-get update");
  assert.equal(stepOf("#7 [2/6] RUN npm install -g x"), "2/6 RUN npm install -g x");
  assert.equal(stepOf("#7 [stage-0 2/6] RUN x"), "2/6 RUN x");
  assert.equal(stepOf("STEP 2/9: RUN x"), "2/9 RUN x");
  assert.equal(stepOf("#7 12.3 Get:1 http://deb.debian.org"), undefined);
});

Deno.test("a container that runs as planned is kept; one of others is not touched", async () => {
  const plan = planOf(NATIVE, undefined);
  const inspect = (running: boolean, root: string, hash: string) => ({
    "container inspect": { stdout: `id\n${running}\n${root}\n${hash}\n` },
  });
  const same = fake(inspect(true, home.root, plan.hash));
  assert.deepEqual(await ensureContainer(same.run, home, plan), { id: "id", fresh: false });
  assert.equal(same.asked.length, 1);
  const others = fake(inspect(true, "", ""));
  await assert.rejects(ensureContainer(others.run, home, plan), /already, of something else/);
  assert.equal(others.asked.length, 1);
  assert.equal(await removeContainer(others.run, home, plan.name), false);
  assert.ok(!others.asked.some((line) => line.startsWith("rm")));
});

Deno.test("an engine that does not see our folders is found out", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const here = new Home(join(folder, "home"));
    await makeFolders(here, NATIVE, { uid: 1, gid: 1 }, "7");
    const plan = planContainer({
      ...{ home: here, docker, image: "i", engine: NATIVE, user: undefined, conversation: "7" },
    });
    const { run, asked } = fake({
      "container inspect": { code: 1 },
      run: { stdout: "id\n" },
      exec: { code: 1, stderr: "No such file" },
      "context inspect": { stdout: "ssh://box" },
    });
    await assert.rejects(
      ensureContainer(run, here, plan),
      /another machine \(ssh:\/\/box\)|does not see/,
    );
    assert.equal(asked.at(-1), "rm -f id");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a link in the place of a mounted folder is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const here = new Home(join(folder, "home"));
    await Deno.mkdir(here.workspaceDir, { recursive: true });
    await Deno.symlink("/etc", here.skillsDir);
    await assert.rejects(makeFolders(here, NATIVE, undefined, "7"), /is a link/);
    await Deno.remove(here.skillsDir);
    // Agents may write what is around the folders of their CLIs.
    const { user } = sandboxFolders(here, "7");
    await Deno.mkdir(user, { recursive: true });
    await Deno.symlink("/etc", join(user, ".codex"));
    await assert.rejects(makeFolders(here, NATIVE, undefined, "7"), /\.codex is a link/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without docker there is nothing to take down", async () => {
  const none: Run = () => Promise.reject(new NoDockerError("x"));
  const nothing = { containers: 0, images: 0 };
  assert.deepEqual(await removeSandbox(home, docker, none), nothing);
  const own = fake({ "container inspect": { code: 1 }, "image inspect": { stdout: "\n" } });
  assert.deepEqual(await removeSandbox(home, docker, own.run), nothing);
  assert.ok(!own.asked.some((line) => /\brm\b/.test(line)));
});

Deno.test("all containers of the home go, also of former names, and the images built for them", async () => {
  const inspected = (of: string) => ({ stdout: `full-${of}\nfalse\n${home.root}\nhash\n` });
  const { run, asked } = fake({
    "container ls": { stdout: "c1\nc2\n" },
    "container inspect": inspected("id"),
    "image ls": { stdout: "old1\nold1\nold2\n" },
    "image inspect": { stdout: "0123abcd\n" },
    // Another home's container uses it.
    "image rm old2": { code: 1 },
  });
  assert.deepEqual(await removeSandbox(home, docker, run), { containers: 2, images: 2 });
  assert.ok(asked[0]!.includes(`label=ductor.home=${home.root}`), asked[0]);
  assert.deepEqual(
    asked.filter((line) => line.startsWith("image rm")),
    ["image rm old1", "image rm old2", `image rm ${docker.image_name}`],
  );
});

Deno.test("a container that only says it is of this home stays", async () => {
  const { run, asked } = fake({
    "container ls": { stdout: "c1\n" },
    "container inspect": { stdout: "full\nfalse\n/home/other/.ductor\nhash\n" },
    "image inspect": { code: 1 },
  });
  assert.deepEqual(await removeSandbox(home, docker, run), { containers: 0, images: 0 });
  assert.ok(!asked.some((line) => line.startsWith("rm ")));
});

Deno.test("K16.1 environment: what the CLIs need gets in, no place of the host, nothing that renews", () => {
  const paths = new PathMap([{ host: "/home/me/.ductor/workspace", inside: "/ductor/workspace" }]);
  const env = environmentInside(
    {
      ANTHROPIC_API_KEY: "key",
      CLAUDE_CODE_OAUTH_TOKEN: "token",
      CLAUDE_CODE_OAUTH_REFRESH_TOKEN: "refresh",
      AWS_SECRET_ACCESS_KEY: "x",
      MINE: "of .env, but for nobody in there",
      CODEX_HOME: "/home/me/codex",
      CLAUDE_CODE_ENTRYPOINT: "cli",
      NODE_EXTRA_CA_CERTS: "/home/me/ca.pem",
      SSL_CERT_FILE: "/home/me/later.pem",
      PATH: "/p",
      https_proxy: "p",
      HOME: "/h",
    },
    {
      DUCTOR_CHAT_ID: "1",
      DUCTOR_HOME: "/home/me/.ductor",
      CLAUDE_CONFIG_DIR: "/home/me/.claude",
      DOCKER_HOST: "x",
      WORK: "/home/me/.ductor/workspace/x",
    },
    paths,
    [
      { host: "/home/me/ca.pem", inside: "/etc/ductor/NODE_EXTRA_CA_CERTS" },
      { host: "/home/me/before.pem", inside: "/etc/ductor/SSL_CERT_FILE" },
    ],
  );
  assert.deepEqual(env, {
    ANTHROPIC_API_KEY: "key",
    CLAUDE_CODE_OAUTH_TOKEN: "token",
    NODE_EXTRA_CA_CERTS: "/etc/ductor/NODE_EXTRA_CA_CERTS",
    https_proxy: "p",
    DUCTOR_CHAT_ID: "1",
    WORK: "/ductor/workspace/x",
  });
});

Deno.test("K4.1 the files that variables name are mounted read-only, if they are there", async () => {
  await using temp = await TempFolder.make();
  const ca = temp.at("ca.pem");
  await Deno.writeTextFile(ca, "");
  const files = await filesNamed({
    NODE_EXTRA_CA_CERTS: ca,
    SSL_CERT_FILE: temp.at("gone.pem"),
    CLAUDE_CODE_CLIENT_CERT: "relative.pem",
    MINE: ca,
  });
  const { args } = planContainer({
    home,
    docker,
    image: "i",
    engine: NATIVE,
    user: undefined,
    files,
    conversation: "7",
  });
  assert.deepEqual(args.filter((arg) => arg.endsWith(":ro")), [
    `${ca}:/etc/ductor/NODE_EXTRA_CA_CERTS:ro`,
  ]);
});

Deno.test({
  name: "a docker that hangs is given up, and its lines are told as they come",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const program = join(folder, "docker");
      await Deno.writeTextFile(
        program,
        '#!/bin/sh\necho one; echo two >&2; [ "$1" = hang ] && exec sleep 60; exit 5\n',
        {
          mode: 0o755,
        },
      );
      const lines: string[] = [];
      const ran = await dockerCommand(program)(["x"], { onLine: (line) => lines.push(line) });
      assert.deepEqual([ran.code, ran.stdout, lines.sort()], [5, "one\n", ["one", "two"]]);
      const hung = await dockerCommand(program)(["hang"], { timeoutMs: 300 });
      assert.equal(hung.code, 124);
      await assert.rejects(dockerCommand("no-such-docker")(["info"]), NoDockerError);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("K4.7 our folders are labelled for the container where SELinux is on, and only there", () => {
  const plain = { ServerVersion: "29.0.0", SecurityOptions: ["name=seccomp,profile=builtin"] };
  const podman = (selinuxEnabled: boolean) => ({ host: { security: { selinuxEnabled } } });
  const on = { ...plain, SecurityOptions: [...plain.SecurityOptions, "name=selinux"] };
  for (const info of [plain, podman(false)]) assert.equal(engineOf(info).selinux, undefined);
  for (const info of [on, podman(true)]) assert.equal(engineOf(info).selinux, true);
  const mounts = (engine: Engine) => {
    const files = [{ host: "/etc/pki/ca.pem", inside: "/etc/ductor/CA" }];
    const user = { uid: 1000, gid: 1000 };
    const { args } = planContainer({
      home,
      docker,
      image: "i",
      engine,
      user,
      files,
      conversation: "7",
    });
    return args.filter((_, index) => args[index - 1] === "-v");
  };
  const engine = { podman: true, rootless: true, native: true };
  assert.ok(mounts(engine).every((mount) => !mount.endsWith("z")));
  const others = mounts({ ...engine, selinux: true }).filter((one) => !/:(rw|ro),z$/.test(one));
  assert.deepEqual(others, ["/etc/pki/ca.pem:/etc/ductor/CA:ro"]);
});
