import assert from "node:assert/strict";
import { dirname } from "node:path";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { Home } from "../config/home.ts";
import { Installer, type Target } from "./install.ts";

interface Rig {
  temp: TempFolder;
  claude: Target;
  installer(program?: string): Installer;
}

async function withRig(fn: (rig: Rig) => Promise<void>): Promise<void> {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("ductor"), temp.at("user"));
  await Deno.mkdir(home.stateDir, { recursive: true });
  await Deno.mkdir(temp.at("user", ".claude"), { recursive: true });
  const installer = (program = "/opt/ductor") =>
    new Installer({ home, program: [program], env: () => undefined });
  const claude = installer().targets.find(({ provider }) => provider === "claude")!;
  await fn({ temp, claude, installer });
}

const ODD = '{ "hooks":{"Stop":[ ]  },\n "model" :"opus"}';

Deno.test("hooks: put in and taken out, settings are byte for byte as they were", async () => {
  await withRig(async ({ claude, installer }) => {
    await Deno.writeTextFile(claude.path, ODD, { mode: 0o640 });
    const states = async () => (await installer().state(claude)).is;
    assert.equal(await states(), "out");
    assert.equal(await installer().install(claude), true);
    assert.equal(await states(), "in");
    assert.equal(await installer().install(claude), false);
    assert.equal(await installer().uninstall(claude), true);
    assert.equal(await Deno.readTextFile(claude.path), ODD);
    assert.equal((await Deno.stat(claude.path)).mode! & 0o777, 0o640);
    assert.equal(await installer().uninstall(claude), false);
  });
});

Deno.test("hooks: a file that was not there is not there afterwards", async () => {
  await withRig(async ({ claude, installer }) => {
    await installer().install(claude);
    assert.ok((await Deno.readTextFile(claude.path)).includes("PermissionRequest"));
    await installer().uninstall(claude);
    await assert.rejects(Deno.stat(claude.path), Deno.errors.NotFound);
  });
});

Deno.test("hooks: what somebody else changed meanwhile stays when they are taken out", async () => {
  await withRig(async ({ claude, installer }) => {
    await Deno.writeTextFile(claude.path, ODD);
    await installer().install(claude);
    const put = await Deno.readTextFile(claude.path);
    await Deno.writeTextFile(claude.path, put.replace("opus", "haiku"));
    await installer().uninstall(claude);
    assert.equal(JSON.parse(await Deno.readTextFile(claude.path)).model, "haiku");
    assert.equal((await installer().state(claude)).is, "out");
  });
});

Deno.test("hooks: a program that moved is said, replaced, and taken out to the first bytes", async () => {
  await withRig(async ({ claude, installer }) => {
    await Deno.writeTextFile(claude.path, ODD);
    const old = installer("/old/ductor");
    await old.install(old.targets.find(({ provider }) => provider === "claude")!);
    assert.equal((await installer().state(claude)).is, "other");
    await installer().install(claude);
    assert.equal((await installer().state(claude)).is, "in");
    assert.ok(!(await Deno.readTextFile(claude.path)).includes("/old/"));
    await installer().uninstall(claude);
    assert.equal(await Deno.readTextFile(claude.path), ODD);
  });
});

Deno.test("hooks: settings that are a link stay one, with the file behind it changed", async () => {
  await withRig(async ({ temp, claude, installer }) => {
    const behind = temp.at("dotfiles", "claude.json");
    await Deno.mkdir(dirname(behind));
    await Deno.writeTextFile(behind, ODD);
    await Deno.symlink(behind, claude.path);
    await installer().install(claude);
    assert.ok((await Deno.lstat(claude.path)).isSymlink);
    assert.ok((await Deno.readTextFile(behind)).includes("PermissionRequest"));
    await installer().uninstall(claude);
    assert.equal(await Deno.readTextFile(behind), ODD);
  });
});

Deno.test("hooks: settings that are broken are said, and untouched", async () => {
  await withRig(async ({ temp, claude, installer }) => {
    for (
      const bytes of [new TextEncoder().encode('{"model": '), new Uint8Array([0x7b, 0xff, 0x7d])]
    ) {
      await Deno.writeFile(claude.path, bytes);
      assert.equal((await installer().state(claude)).is, "broken");
      await assert.rejects(installer().install(claude));
      await assert.rejects(installer().uninstall(claude));
      assert.deepEqual(await Deno.readFile(claude.path), bytes);
    }
    await Deno.remove(claude.path);
    await Deno.symlink(temp.at("nowhere"), claude.path);
    assert.deepEqual(await installer().state(claude), {
      is: "broken",
      why: "it is a link to nowhere",
    });
    assert.equal(await Deno.readLink(claude.path), temp.at("nowhere"));
  });
});

Deno.test("hooks: a CLI that was never used gets none; hooks that are switched off are said", async () => {
  await withRig(async ({ claude, installer }) => {
    const codex = installer().targets.find(({ provider }) => provider === "codex")!;
    assert.equal((await installer().state(codex)).is, "absent");
    await Deno.writeTextFile(claude.path, '{"disableAllHooks": true}');
    await installer().install(claude);
    assert.equal((await installer().state(claude)).is, "off");
  });
});
