import assert from "node:assert/strict";
import { Home } from "../../../src/config/home.ts";
import { seedHome } from "../../../src/workspace/seed.ts";
import { TempFolder } from "../../support/temp_folder.ts";

const unix = Deno.build.os !== "windows";
const read = (path: string) => Deno.readTextFile(path);

Deno.test("seedHome() makes every folder, the home folder for its owner only", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  for (const dir of home.dirs) assert.ok((await Deno.stat(dir)).isDirectory, dir);
  for (const name of ["cron_tools", "webhook_tools", "telegram_tools", "user_tools"]) {
    assert.ok((await Deno.stat(temp.at("home", "workspace", "tools", name))).isDirectory);
  }
  if (unix) assert.equal((await Deno.stat(home.root)).mode! & 0o777, 0o700);
});

Deno.test("seedHome() writes a memory and the same rules for both CLIs", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  assert.match(await read(home.mainMemoryFile), /^# .+\n\n## .+\n\n## .+\n\n## .+\n$/);
  const { claude, codex } = home.ruleFiles(home.workspaceDir);
  const rules = await read(claude);
  assert.equal(await read(codex), rules);
  const taught = ["Telegram", "phone", "memory_system/MAINMEMORY.md", "silently"];
  for (const word of [...taught, "[button:Label]", "<file:/absolute/path>", "output_to_user/"]) {
    assert.ok(rules.includes(word), word);
  }
});

Deno.test("seedHome() never changes a file that is there", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  const { claude, codex } = home.ruleFiles(home.workspaceDir);
  const files = [home.mainMemoryFile, claude, codex];
  for (const file of files) await Deno.writeTextFile(file, `mine: ${file}`);
  await seedHome(home);
  for (const file of files) assert.equal(await read(file), `mine: ${file}`);
});

Deno.test("seedHome() gives the other CLI the rules the user wrote for one", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  const { claude, codex } = home.ruleFiles(home.workspaceDir);
  await Deno.mkdir(home.workspaceDir, { recursive: true });
  await Deno.writeTextFile(codex, "my rules");
  await seedHome(home);
  assert.equal(await read(claude), "my rules");
});

Deno.test({
  name: "seedHome() closes a home folder that others can enter, and keeps the user's links",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await Deno.mkdir(home.memoryDir, { recursive: true });
    await Deno.chmod(home.root, 0o755);
    await Deno.symlink(temp.at("not-mounted-yet.md"), home.mainMemoryFile);
    await seedHome(home);
    assert.equal((await Deno.stat(home.root)).mode! & 0o777, 0o700);
    assert.ok((await Deno.lstat(home.mainMemoryFile)).isSymlink);
  },
});
