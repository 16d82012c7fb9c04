import assert from "node:assert/strict";
import { join } from "node:path";
import { HostLauncher } from "../process/launcher.ts";
import { gitIn, repository } from "../../tests/support/git.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { ProjectChanges } from "./changes.ts";

/** A repository in which an agent has left something that git would run. */
async function trap(folder: string, marks: string): Promise<void> {
  const run = (what: string) => `touch ${join(marks, what)}; cat`;
  const settings = {
    "core.fsmonitor": run("fsmonitor"),
    "core.hooksPath": join(folder, "hooks"),
    "filter.f.clean": run("clean"),
    "filter.f.smudge": run("smudge"),
    "filter.p.process": run("process"),
    "diff.external": run("external"),
    "diff.d.textconv": run("textconv"),
    "diff.d.command": run("command"),
    "core.pager": run("pager"),
    "core.editor": run("editor"),
    "core.sshCommand": run("ssh"),
    "core.alternateRefsCommand": run("alternates"),
    "remote.origin.url": `file://${folder}/none`,
    "remote.origin.uploadpack": run("uploadpack"),
    "remote.origin.promisor": "true",
    "extensions.partialClone": "origin",
    "core.repositoryFormatVersion": "1",
    "status.submoduleSummary": "true",
    "diff.ignoreSubmodules": "none",
  };
  await Deno.writeTextFile(join(folder, ".gitattributes"), "*.txt filter=f diff=d\n*.p filter=p\n");
  await Deno.mkdir(join(folder, "hooks"));
  for (const hook of ["post-index-change", "reference-transaction", "post-checkout"]) {
    const path = join(folder, "hooks", hook);
    await Deno.writeTextFile(path, `#!/bin/sh\ntouch ${join(marks, hook)}\n`, { mode: 0o755 });
  }
  for (const [key, value] of Object.entries(settings)) {
    await gitIn(folder, "config", key, value);
  }
}

Deno.test("changes: nothing runs that the project's own git would, in submodules neither", async () => {
  await using temp = await TempFolder.make();
  const [shop, marks] = [temp.at("shop"), temp.at("marks")];
  for (const path of [shop, marks]) await Deno.mkdir(path);
  await repository(shop);
  const inner = join(shop, "inner");
  await Deno.mkdir(inner);
  await repository(inner);
  await gitIn(shop, "submodule", "--quiet", "add", "./inner", "inner");
  await gitIn(shop, "config", "-f", ".gitmodules", "submodule.inner.ignore", "none");
  await gitIn(shop, "commit", "-qam", "Inner");
  for (const folder of [inner, shop]) await trap(folder, marks);
  for (const folder of [inner, shop]) {
    await Deno.writeTextFile(join(folder, "till.txt"), "one\nthree\n");
    await Deno.writeTextFile(join(folder, "new.p"), "new\n");
  }
  const found = await Array.fromAsync(Deno.readDir(marks));
  for (const { name } of found) await Deno.remove(join(marks, name));
  const changes = new ProjectChanges({ snapshotsDir: temp.at("store") }, new HostLauncher());
  const before = await changes.since("key", shop);
  assert.equal(before.since, undefined);
  assert.match(before.diff, /^-two\n\+three/m);
  await changes.begin("key", shop);
  await Deno.writeTextFile(join(shop, "till.txt"), "one\nfour\n");
  await gitIn(shop, "gc", "-q").catch(() => {});
  for (const { name } of await Array.fromAsync(Deno.readDir(marks))) {
    await Deno.remove(join(marks, name));
  }
  const after = await changes.since("key", shop);
  assert.deepEqual(after.files, [{ name: "till.txt", added: 1, gone: 1 }]);
  const ran = await Array.fromAsync(Deno.readDir(marks));
  assert.deepEqual(ran.map(({ name }) => name), []);
});

Deno.test("changes: what the project ignores is not among them, whichever of its files says so", async () => {
  await using temp = await TempFolder.make();
  const shop = temp.at("shop");
  await Deno.mkdir(shop);
  await repository(shop);
  await Deno.writeTextFile(join(shop, ".git", "info", "exclude"), "private.txt\n");
  await Deno.writeTextFile(join(shop, ".gitignore"), "ignored.txt\n");
  const changes = new ProjectChanges({ snapshotsDir: temp.at("store") }, new HostLauncher());
  await changes.begin("key", shop);
  for (const name of ["private.txt", "ignored.txt", "new.txt"]) {
    await Deno.writeTextFile(join(shop, name), "x\n");
  }
  const { files, since } = await changes.since("key", shop);
  assert.deepEqual(files.map(({ name }) => name), ["new.txt"]);
  assert.ok(since);
});

for (const kind of ["sha256", "split index", "no commit", "worktree"] as const) {
  Deno.test(`changes: they are told of a repository with ${kind}`, async () => {
    await using temp = await TempFolder.make();
    let shop = temp.at("shop");
    await Deno.mkdir(shop);
    if (kind === "sha256") await gitIn(shop, "init", "-q", "--object-format=sha256");
    else if (kind === "no commit") await gitIn(shop, "init", "-q");
    else await repository(shop);
    if (kind === "split index") await gitIn(shop, "update-index", "--split-index");
    if (kind === "worktree") {
      await gitIn(shop, "worktree", "add", "-q", temp.at("tree"));
      shop = temp.at("tree");
    }
    const changes = new ProjectChanges({ snapshotsDir: temp.at("store") }, new HostLauncher());
    await changes.begin("key", shop);
    await Deno.writeTextFile(join(shop, "new.txt"), "x\n");
    const { files } = await changes.since("key", shop);
    assert.deepEqual(files, [{ name: "new.txt", added: 1, gone: 0 }]);
  });
}
