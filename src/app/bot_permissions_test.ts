import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, defaultConfig } from "../config/schema.ts";
import { Home } from "../config/home.ts";
import { skillRoots } from "../workspace/skill_folders.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { botPermissions } from "./bot_permissions.ts";

Deno.test("permissions: what is linked out of home and config, the CLIs' skills and the program's folder can be written", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("me", ".ductor"), temp.at("me"));
  for (const folder of [home.configDir, temp.at("dotfiles"), temp.at("disk"), temp.at("opt")]) {
    await Deno.mkdir(folder, { recursive: true });
  }
  await Deno.writeTextFile(temp.at("dotfiles", "ductor.json"), "{}");
  await Deno.symlink(temp.at("dotfiles", "ductor.json"), home.configFile);
  await Deno.symlink(temp.at("disk"), home.workspaceDir);
  await Deno.writeTextFile(temp.at("opt", "ductor"), "");
  await Deno.symlink(temp.at("opt", "ductor"), temp.at("me", "ductor"));
  const { write } = await botPermissions({
    home,
    config: defaultConfig(),
    env: (name) => name === "CODEX_HOME" ? temp.at("codex") : undefined,
    executable: temp.at("me", "ductor"),
    replaceable: true,
  });
  for (
    const folder of [
      home.root,
      temp.at("dotfiles"),
      temp.at("disk"),
      temp.at("opt"),
      temp.at("me", ".claude", "skills"),
      temp.at("codex", "skills"),
    ]
  ) assert.ok((write as string[]).includes(folder), folder);
  assert.ok(!(write as string[]).includes(temp.at("me", ".claude")));
});

const listOf = async (
  which: "net" | "run",
  config: Partial<Config>,
  env: Record<string, string> = {},
  os: typeof Deno.build.os = "linux",
) =>
  (await botPermissions({
    home: new Home("/nowhere", "/nobody"),
    config: { ...defaultConfig(), ...config },
    env: (name) => env[name],
    executable: "/opt/ductor",
    replaceable: true,
    os,
  }))[which] as string[];

Deno.test("permissions: the net is what the config names; OpenAI only with a key", async () => {
  const net = (telegram_api_root: string, key?: string) =>
    listOf("net", { telegram_api_root }, key === undefined ? {} : { OPENAI_API_KEY: key });
  const usual = await net("https://api.telegram.org");
  assert.ok(usual.includes("api.telegram.org:443") && usual.includes("api.github.com:443"));
  assert.ok(!usual.includes("api.openai.com:443"));
  const own = await net("http://127.0.0.1:8081", "sk-test");
  assert.ok(own.includes("api.openai.com:443") && !own.includes("api.telegram.org:443"));
});

Deno.test("permissions: webhooks may listen where the config says, at that port only", async () => {
  const net = (host: string) =>
    listOf("net", { webhooks: { ...defaultConfig().webhooks, host, port: 8742 } });
  assert.ok((await net("0.0.0.0")).includes("0.0.0.0:8742"));
  for (const host of ["::", "[::]"]) assert.ok((await net(host)).includes("[::]:8742"), host);
  assert.ok((await net("172.17.0.1")).includes("172.17.0.1:8742"));
});

Deno.test("permissions: a Bot API server, a mirror and a service like OpenAI's may be anywhere", async () => {
  const { update } = defaultConfig();
  const net = await listOf(
    "net",
    {
      telegram_api_root: "https://bots.example:8443",
      update: { ...update, url: "http://mirror.example/releases" },
    },
    { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: "https://whisper.example/v1" },
  );
  for (const host of ["bots.example:8443", "mirror.example:80", "whisper.example:443"]) {
    assert.ok(net.includes(host), host);
  }
});

Deno.test("permissions: the programs that are started, wherever on PATH they may be installed", async () => {
  const { docker } = defaultConfig();
  const run = await listOf(
    "run",
    { docker: { ...docker, command: "/opt/podman" } },
    { PATH: "/usr/bin::/home/me/bin" },
  );
  for (
    const path of [
      "/home/me/bin/claude",
      "/usr/bin/codex",
      "/usr/bin/ffmpeg",
      "/opt/podman",
      "/opt/ductor",
      `/opt/.ductor.${Deno.pid}.new`,
    ]
  ) assert.ok(run.includes(path), path);
  assert.ok(run.every((path) => path.startsWith("/")), "never a name that PATH decides about");
  assert.equal(await listOf("run", {}, {}, "windows"), "inherit");
});

const OWN = join(Deno.realPathSync(tmpdir()), `ductor-test-${crypto.randomUUID()}`);
Deno.test({
  name: "permissions: skills of a CLI whose home was moved meanwhile wait, the others are shared",
  permissions: { read: true, write: [OWN], env: true },
  async fn() {
    const home = new Home(join(OWN, "home"), join(OWN, "me"));
    await Deno.mkdir(join(OWN, "me", ".claude"), { recursive: true });
    await Deno.mkdir(home.workspaceDir, { recursive: true });
    try {
      const roots = await skillRoots(home, (name) => name === "CODEX_HOME" ? tmpdir() : undefined);
      assert.deepEqual(roots.map(({ name }) => name), ["ductor", "claude"]);
    } finally {
      await Deno.remove(OWN, { recursive: true });
    }
  },
});
