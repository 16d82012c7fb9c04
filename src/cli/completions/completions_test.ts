import assert from "node:assert/strict";
import { complete, completionScript, SHELLS } from "./completions.ts";
import { build } from "../tree.ts";
import { Home } from "../../config/home.ts";
import { JobRegistry } from "../../jobs/registry.ts";
import { Registry } from "../../webhooks/registry.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { hookOf } from "../../../tests/support/webhooks.ts";

/** What is offered after these words, and whether files may be. */
async function offered(line: string, root = "/nowhere"): Promise<{ words: string[]; end: string }> {
  const env = { get: (name: string) => name === "DUCTOR_HOME" ? root : undefined };
  const lines = (await complete(await build(() => {}), ["--", ...line.split(" ")], env)).split(
    "\n",
  );
  return { end: lines.pop()!, words: lines.map((one) => one.split("\t")[0]!) };
}

Deno.test("completions: commands, options and their choices come from the command tree", async () => {
  assert.deepEqual((await offered("service st")).words, ["status", "start", "stop"]);
  assert.deepEqual((await offered("cron edit tea --over")).words, ["--overlap"]);
  assert.deepEqual((await offered("cron edit tea --overlap ")).words, ["skip", "queue_one"]);
  assert.deepEqual((await offered("webhook add x --preset g")).words, ["github", "gitlab"]);
  assert.deepEqual((await offered("completions ")).words, [...SHELLS]);
});

Deno.test("completions: what only the program itself may call is not offered", async () => {
  const { words } = await offered("");
  assert.ok(words.includes("start") && words.includes("completions"));
  for (const hidden of ["run-bot", "complete", "completion-script", "demo-agent"]) {
    assert.ok(!words.includes(hidden), hidden);
  }
  assert.ok(!(await offered("start --")).words.includes("--as-service"));
});

Deno.test("completions: jobs and webhooks of the home are offered where one is meant", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const job = { name: "tea", title: "Tea,\nat four", description: "", schedule: "0 16 * * *" };
  await new JobRegistry(home).add(job);
  await new Registry(home.webhooksFile).add(hookOf());
  const at = (line: string) => offered(line, home.root);
  for (const verb of ["edit", "remove", "run", "history", "enable", "disable"]) {
    assert.deepEqual((await at(`cron ${verb} `)).words, ["tea"], verb);
  }
  for (const verb of ["edit", "remove", "test", "rotate-token"]) {
    assert.deepEqual((await at(`webhook ${verb} d`)).words, ["deploys"], verb);
  }
  assert.deepEqual((await at("webhook add ")).words, []);
});

Deno.test("completions: settings, their values and time zones are offered", async () => {
  const set = await offered("config set streaming.mo");
  assert.deepEqual(set.words, ["streaming.mode"]);
  assert.deepEqual((await offered("config set streaming.mode ")).words, ["edit", "draft"]);
  assert.deepEqual((await offered("config set streaming.enabled t")).words, ["true"]);
  assert.deepEqual((await offered("cron add --timezone Europe/Ber")).words, ["Europe/Berlin"]);
});

Deno.test("completions: the shell offers files only where a file is meant", async () => {
  assert.equal((await offered("send --file ")).end, ":0");
  assert.equal((await offered("file read x")).end, ":0");
  assert.equal((await offered("cron edit ")).end, ":4");
});

Deno.test("completions: a home that does not exist is not made by asking", async () => {
  await using temp = await TempFolder.make();
  const { words } = await offered("cron edit ", temp.at("home"));
  assert.deepEqual(words, []);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(temp.path)), []);
});

Deno.test("completions: there is a script for each shell, which asks this program", () => {
  for (const shell of SHELLS) assert.match(completionScript(shell), /ductor complete/);
  // fpath knows a file by its first line; without compinit nothing completes.
  assert.match(completionScript("zsh"), /^#compdef ductor\n.*compinit.*\n/);
});

Deno.test({
  name: "completions: bash passes on the words as they were typed, and evaluates none",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using temp = await TempFolder.make();
    const evil = temp.at("evil");
    const script = `
      ductor() { shift 2; printf '<%s>' "$@" >&3; printf 'queue_one\\tone waits\\nskip\\t\\n:4\\n'; }
      ${completionScript("bash")}
      COMP_WORDS=(ductor cron add --title '"$(touch ${evil})"' --overlap = q)
      COMP_CWORD=7
      _ductor 3>&1
      echo
      echo "\${COMPREPLY[*]}"`;
    const { stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script] }).output();
    const said = new TextDecoder().decode(stdout);
    assert.equal(
      said,
      `<cron><add><--title><"$(touch ${evil})"><--overlap><q>\nqueue_one\n`,
      new TextDecoder().decode(stderr),
    );
    assert.equal(await Deno.stat(evil).catch(() => undefined), undefined);
  },
});
