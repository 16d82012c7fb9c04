import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { ConfigSchema } from "../config/schema.ts";
import { symlink } from "../base/symlink.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { isBranch, partsOf } from "./project.ts";
import { Projects } from "./projects.ts";

async function withProjects(
  config: Record<string, unknown>,
  fn: (projects: Projects, temp: TempFolder) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  for (const folder of ["code/shop/.git", "code/blog", "code/notes", "other/shop/.git", "api"]) {
    await Deno.mkdir(temp.at(folder), { recursive: true });
  }
  await Deno.writeTextFile(temp.at("code/blog/AGENTS.md"), "Write short.");
  const home = new Home(temp.at("home"), temp.path);
  const read = ConfigSchema.pick({ projects: true, project_roots: true }).parse(config);
  await fn(new Projects(home, () => read), temp);
}

const names = async (projects: Projects) => (await projects.list()).map(({ name }) => name).sort();

Deno.test("projects: those that are named, and of the roots those under git or with rules", () =>
  withProjects({
    projects: { api: "~/api", Mine: { folder: "~/code/notes", permission_mode: "plan" } },
    project_roots: ["~/code", "~/other", "~/nothing"],
  }, async (projects, temp) => {
    assert.deepEqual(await names(projects), ["Mine", "api", "blog", "shop", "shop other"]);
    assert.deepEqual(await projects.find("mine"), {
      name: "Mine",
      folder: temp.at("code/notes"),
      settings: { permission_mode: "plan" },
    });
    assert.equal((await projects.find("SHOP"))?.folder, temp.at("code/shop"));
    assert.equal((await projects.find("shop other"))?.folder, temp.at("other/shop"));
  }));

Deno.test("projects: a name is no path, and nothing that every object has", () =>
  withProjects({ projects: { api: "~/api" }, project_roots: ["~/code"] }, async (projects) => {
    for (
      const name of ["../api", "/etc", "code/shop", "constructor", "__proto__", "toString", "", "."]
    ) {
      assert.equal(await projects.find(name), undefined, name);
    }
  }));

Deno.test("projects: a link below a root is not followed", () =>
  withProjects({ project_roots: ["~/code"] }, async (projects, temp) => {
    await symlink(temp.at("other/shop"), temp.at("code/linked"));
    assert.deepEqual(await names(projects), ["blog", "shop"]);
  }));

Deno.test("projects: those of topics have the topic's name, else the folder's; a folder that is there is taken first", () =>
  withProjects({
    projects: { api: "~/api" },
    project_roots: {
      "my shop": "~/code/shop",
      "-100:5": "~/other/shop",
      "6": "~/api",
      "Läden / 2": "~/code/notes",
      gone: "~/gone",
    },
  }, async (projects) => {
    assert.deepEqual(await names(projects), ["api", "gone", "my shop", "notes", "shop"]);
    const of = (...keys: string[]) => projects.ofTopic(() => Promise.resolve(keys));
    assert.equal(await of("my shop", "-100:5", "5"), "my shop");
    assert.equal(await of("-100:5", "5"), "shop");
    assert.equal(await of("-100:6", "6"), "api");
    assert.equal(await of("Läden / 2", "-100:9", "9"), "notes");
    assert.equal(await of("gone", "-100:5", "5"), "shop");
    assert.equal(await of("gone", "-100:9", "9"), "gone", "nothing runs elsewhere in its place");
    assert.equal(await of("toString", "-100:9", "9"), undefined);
    assert.equal((await projects.missing()).length, 1);
  }));

Deno.test("projects: without topics in the config nobody is asked what one is called", async () => {
  for (const project_roots of [{}, ["~/code"]]) {
    await withProjects({ project_roots }, async (projects) => {
      assert.equal(await projects.ofTopic(() => assert.fail()), undefined);
    });
  }
});

Deno.test("projects: newest work first, what is not there last", () =>
  withProjects({ projects: { gone: "~/gone", api: "~/api" }, project_roots: ["~/code"] }, async (
    projects,
    temp,
  ) => {
    for (const folder of ["api", "code/blog", "code/shop", "code/shop/.git"]) {
      await Deno.utime(temp.at(folder), 1000, 1000);
    }
    await Deno.writeTextFile(temp.at("code/shop/.git/index"), "");
    await Deno.utime(temp.at("code/shop/.git/index"), 9000, 9000);
    await Deno.utime(temp.at("api"), 5000, 5000);
    const list = await projects.list();
    assert.deepEqual(list.map(({ name, worked }) => [name, worked]), [
      ["shop", 9_000_000],
      ["api", 5_000_000],
      ["blog", 1_000_000],
      ["gone", undefined],
    ]);
  }));

Deno.test("projects: a branch has a folder of its own below the home; odd ones have none", () =>
  withProjects({ projects: { api: "~/api" } }, async (projects, temp) => {
    const found = await projects.find("api@fix/login");
    assert.equal(found?.name, "api@fix/login");
    assert.equal(found?.folder, temp.at("home/worktrees/api/fix/login"));
    for (
      const branch of ["", "..", "a/../../b", "-x", "/a", "a//b", ".git", "a.lock", "a b", "a."]
    ) {
      assert.equal(isBranch(branch), false, branch);
      assert.equal(await projects.find(`api@${branch}`), undefined, branch);
    }
    assert.deepEqual(partsOf("api@a@b"), { base: "api", branch: "a@b" });
  }));

Deno.test("projects: the config says which names and folders cannot be", () => {
  const problem = (projects: unknown) =>
    ConfigSchema.safeParse({ projects }).error?.issues.map(({ message }) => message).join();
  assert.equal(problem({ "shop 2": "~/shop", "Läden": "/srv/x", win: "C:\\x" }), undefined);
  for (const name of ["a@b", "a/b", "", ".x", "a\nb", "x".repeat(41), " a"]) {
    assert.equal(
      problem({ [name]: "~/x" }),
      "names of at most 40 letters, digits, blanks and . _ -",
    );
  }
  for (
    const folder of ["", "shop", "./shop", 5, null, {}, { folder: "~/x", permission_mode: "no" }]
  ) {
    assert.ok(problem({ shop: folder }), JSON.stringify(folder));
  }
});

Deno.test("projects: the roots are a list or an object; the default is one the Python program can read", () => {
  const read = (project_roots: unknown) => ConfigSchema.safeParse({ project_roots });
  assert.deepEqual(ConfigSchema.parse({}).project_roots, {});
  for (const good of [[], ["~/code"], {}, { "my topic": "~/x", "-100:5": "relative" }]) {
    assert.deepEqual(read(good).data?.project_roots, good);
  }
  for (const bad of ["~/code", 5, null, { topic: 5 }, [5], ["code"]]) {
    const said = /^a list of folders, or an object of topics and folders$|^a folder, such as/;
    assert.match(read(bad).error?.issues[0]?.message ?? "", said, JSON.stringify(bad));
  }
});
