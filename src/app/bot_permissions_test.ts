import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultConfig } from "../config/schema.ts";
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

Deno.test("permissions: the net is what the config names; OpenAI only with a key", async () => {
  const home = new Home("/nowhere", "/nobody");
  const net = async (root: string, key?: string) =>
    (await botPermissions({
      home,
      config: { ...defaultConfig(), telegram_api_root: root },
      env: (name) => name === "OPENAI_API_KEY" ? key : undefined,
    })).net as string[];
  const usual = await net("https://api.telegram.org");
  assert.ok(usual.includes("api.telegram.org:443") && usual.includes("api.github.com:443"));
  assert.ok(!usual.includes("api.openai.com:443"));
  const own = await net("http://127.0.0.1:8081", "sk-test");
  assert.ok(own.includes("api.openai.com:443") && !own.includes("api.telegram.org:443"));
});

Deno.test("permissions: webhooks may listen where the config says, at that port only", async () => {
  const net = async (host: string) => {
    const { webhooks, ...config } = defaultConfig();
    const named = { ...config, webhooks: { ...webhooks, host, port: 8742 } };
    const home = new Home("/nowhere", "/nobody");
    return (await botPermissions({ home, config: named, env: () => undefined })).net as string[];
  };
  assert.ok((await net("0.0.0.0")).includes("0.0.0.0:8742"));
  for (const host of ["::", "[::]"]) assert.ok((await net(host)).includes("[::]:8742"), host);
  assert.ok((await net("172.17.0.1")).includes("172.17.0.1:8742"));
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
