import assert from "node:assert/strict";
import { join } from "node:path";
import { symlink } from "../base/symlink.ts";
import { Home } from "../config/home.ts";
import { ConfigSchema } from "../config/schema.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { mountsFor } from "./mount.ts";
import { Projects } from "./projects.ts";

async function withMounts(
  projects: Record<string, string>,
  fn: (
    mount: (folder: string) => ReturnType<typeof mountsFor>,
    at: (path: string) => string,
  ) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  // The folder of a test may be below a link itself.
  const root = await Deno.realPath(temp.path);
  const at = (path: string) => join(root, path);
  const home = new Home(at("user/.ductor"), at("user"), "linux");
  for (const path of [home.workspaceDir, at("user/code/shop"), at("user/secret")]) {
    await Deno.mkdir(path, { recursive: true });
  }
  const config = ConfigSchema.pick({ projects: true, project_roots: true }).parse({ projects });
  await fn((folder) => mountsFor(folder, home, new Projects(home, () => config)), at);
}

Deno.test("mount: a project is mounted where it is; what is none, is not", () =>
  withMounts({ shop: "~/code/shop" }, async (mount, at) => {
    const folder = at("user/code/shop");
    const trees = at("user/.ductor/worktrees/shop");
    const mounts = [
      { host: folder, inside: folder },
      { host: trees, inside: trees },
      { host: trees, inside: "/ductor/worktrees/shop" },
    ];
    assert.deepEqual(await mount(folder), mounts);
    await Deno.mkdir(join(trees, "fix/login"), { recursive: true });
    assert.deepEqual(await mount(join(trees, "fix/login")), mounts, "a branch is with its project");
    for (
      const path of [
        "user/code",
        "user/code/shop/src",
        "user/secret",
        "user/.ductor/worktrees/none/x",
      ]
    ) {
      assert.equal(await mount(at(path)), undefined, path);
    }
  }));

Deno.test("mount: neither the user's home, nor ductor's, nor the system gets in", () =>
  withMounts(
    { all: "~", own: "~/.ductor/config", above: "/", etc: "/etc", work: "~/.ductor/workspace" },
    async (mount, at) => {
      await Deno.mkdir(at("user/.ductor/config"), { recursive: true });
      for (const path of ["user", "user/.ductor/config", "user/.ductor/workspace"]) {
        await assert.rejects(mount(at(path)), /cannot get into it/, path);
      }
      for (const path of ["/", "/etc"]) await assert.rejects(mount(path), /cannot get into it/);
    },
  ));

Deno.test("mount: a link that an agent could have put into another project leads nowhere", () =>
  withMounts({ all: "~/code", shop: "~/code/shop", mine: "~/mine" }, async (mount, at) => {
    await Deno.remove(at("user/code/shop"));
    await symlink(at("user/secret"), at("user/code/shop"));
    await assert.rejects(mount(at("user/code/shop")), /is a link in a folder in which agents work/);
    // One that the user has made, where no agent writes, is their arrangement.
    await symlink(at("user/secret"), at("user/mine"));
    const mine = { host: at("user/secret"), inside: at("user/mine") };
    assert.deepEqual((await mount(at("user/mine")))?.[0], mine);
  }));

Deno.test("mount: a branch's folder that an agent has replaced by a link leads nowhere", () =>
  withMounts({ shop: "~/code/shop" }, async (mount, at) => {
    await Deno.mkdir(at("user/.ductor/worktrees/shop"), { recursive: true });
    await symlink(at("user/secret"), at("user/.ductor/worktrees/shop/fix"));
    const fix = at("user/.ductor/worktrees/shop/fix");
    await assert.rejects(mount(fix), /leads elsewhere/);
    await assert.rejects(mount(at("user/.ductor/worktrees/shop/gone")));
  }));
