/** Projects in the sandbox, on a real engine; see sandbox_test.ts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultConfig } from "../../src/config/schema.ts";
import { Home } from "../../src/config/home.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ProjectChanges } from "../../src/projects/changes.ts";
import { mountsFor } from "../../src/projects/mount.ts";
import { Projects } from "../../src/projects/projects.ts";
import { addWorktree, branchesOf, leftIn, removeWorktree } from "../../src/projects/worktrees.ts";
import { SandboxLauncher } from "../../src/sandbox/launcher.ts";
import { seedHome } from "../../src/workspace/seed.ts";
import { gitIn, repository } from "../support/git.ts";
import { buildArgs, engine } from "../support/sandbox_engine.ts";
import { programs } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

interface Bench {
  home: Home;
  at(path: string): string;
  sandbox: SandboxLauncher;
  projects: Projects;
  /** What a shell line prints that an agent runs in a folder. */
  agent(folder: string, line: string): Promise<string>;
}

function projectTest(name: string, fn: (bench: Bench) => Promise<void>): void {
  Deno.test({
    name: `sandbox: ${name}`,
    ignore: !engine,
    // The engine's client leaves nothing; Deno counts its pipes a moment longer.
    sanitizeResources: false,
    async fn() {
      await using temp = await TempFolder.make();
      const root = await Deno.realPath(temp.path);
      const at = (path: string) => join(root, path);
      const home = new Home(at(".ductor"), root);
      await seedHome(home);
      for (const path of ["code/shop", "code/till"]) {
        await Deno.mkdir(at(path), { recursive: true });
        await repository(at(path));
      }
      await Deno.writeTextFile(at("secret"), "mine");
      const config = {
        ...defaultConfig(),
        project_roots: [at("code")],
        projects: { linked: { folder: at("code/shop/linked") } },
      };
      const projects = new Projects(home, () => config);
      const program = programs()[0]!;
      await using sandbox = new SandboxLauncher({
        home,
        docker: () => ({ ...config.docker, enabled: true, image_name: "ductor-e2e" }),
        self: [program.command, ...program.args],
        buildArgs,
        project: (folder) => mountsFor(folder, home, projects),
      });
      await fn({
        home,
        at,
        sandbox,
        projects,
        async agent(cwd, line) {
          const args = ["-c", `exec 2>&1; ${line}`];
          const child = await sandbox.launch({ command: "sh", args, cwd });
          const lines = await Array.fromAsync(child.lines);
          await child.exited;
          return lines.join("\n");
        },
      });
    },
  });
}

projectTest(
  "a project is there, read and write, with the workspace and nothing else of the user's",
  async ({ agent, at, home }) => {
    const shop = at("code/shop");
    assert.equal(await agent(shop, "pwd; cat till.txt; echo new > made.txt"), `${shop}\none\ntwo`);
    assert.equal(await Deno.readTextFile(join(shop, "made.txt")), "new\n");
    assert.equal((await Deno.stat(join(shop, "made.txt"))).uid, Deno.uid());
    const seen = await agent(
      shop,
      `ls -A ${at("")} ${at("code")} ${home.root} /ductor /ductor/worktrees`,
    );
    for (const hidden of ["secret", "config", "sessions.json", "till", "sandbox", "state"]) {
      assert.doesNotMatch(seen, new RegExp(`^${hidden}$`, "m"), seen);
    }
    const tried = await agent(shop, `cat ${at("secret")} ${at("code/till/till.txt")}`);
    assert.match(tried, /secret: No such file[^]*till\.txt: No such file/);
    // One project's container is not the other's.
    assert.match(await agent(at("code/till"), `pwd; cat ${shop}/till.txt`), /till\n.*No such file/);
  },
);

projectTest("a link that an agent has made gets nothing in", async ({ agent, at }) => {
  const shop = at("code/shop");
  await agent(
    shop,
    `ln -s ${at("code/till")} linked; ln -s ${at("")} ${at(".ductor/worktrees/shop")}/fix`,
  );
  await assert.rejects(agent(join(shop, "linked"), "ls"), /link in a folder in which agents work/);
  await assert.rejects(agent(at(".ductor/worktrees/shop/fix"), "ls"), /leads elsewhere/);
  assert.match(await agent(shop, "cat linked/till.txt"), /No such file/);
});

projectTest(
  "a branch has its folder there, and git works in it inside and outside",
  async ({ agent, at, home, projects, sandbox }) => {
    const shop = (await projects.find("shop"))!;
    const { folder } = (await projects.find("shop@fix/login"))!;
    const marks = at("marks");
    await Deno.mkdir(marks);
    // What git starts for the program is started inside: it marks nothing here.
    await gitIn(shop.folder, "config", "filter.f.smudge", `touch ${marks}/smudge; cat`);
    await gitIn(shop.folder, "config", "core.fsmonitor", `touch ${marks}/fsmonitor; false`);
    await Deno.writeTextFile(join(shop.folder, ".git/info/attributes"), "* filter=f\n");
    await addWorktree(sandbox, shop, "fix/login", folder);
    assert.deepEqual(await branchesOf(sandbox, home, shop), ["fix/login"]);
    assert.equal((await gitIn(folder, "branch", "--show-current")).trim(), "fix/login");
    await gitIn(folder, "config", "--unset", "core.fsmonitor");
    const commit = "git -c user.name=A -c user.email=a@example.org commit -qm New";
    assert.equal(await agent(folder, `pwd; echo x > new.txt; git add . && ${commit}`), folder);
    assert.deepEqual(await leftIn(sandbox, folder, "fix/login"), { changed: 0, unpushed: 1 });
    assert.match(await gitIn(shop.folder, "log", "--oneline", "fix/login"), /New/);
    await removeWorktree(sandbox, shop, folder, false);
    await assert.rejects(Deno.stat(folder));
    assert.deepEqual(await Array.fromAsync(Deno.readDir(marks)), []);
  },
);

projectTest(
  "/diff is told of what agents did, and runs nothing they left",
  async ({ agent, at, home, projects, sandbox }) => {
    const shop = at("code/shop");
    const marks = at("marks");
    await Deno.mkdir(marks);
    const changes = new ProjectChanges(home, new HostLauncher(), sandbox);
    await changes.begin("key", shop);
    await agent(
      shop,
      [
        `git config core.fsmonitor 'touch ${marks}/fsmonitor; false'`,
        `git config filter.f.clean 'touch ${marks}/clean; cat'`,
        `git config diff.external 'touch ${marks}/external'`,
        "echo '*.txt filter=f' > .gitattributes",
        "echo three >> till.txt",
      ].join("; "),
    );
    const { files } = await changes.since("key", shop);
    assert.deepEqual(files.map(({ name }) => name), [".gitattributes", "till.txt"]);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(marks)), []);
    const { folder } = (await projects.find("shop@fix"))!;
    await agent(shop, `ln -s ${at("code/till")} ${folder}`);
    await assert.rejects(changes.since("other", folder), /leads elsewhere/);
  },
);
