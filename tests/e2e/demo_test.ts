/** The demo as it is started: who answers, and that it leaves nothing behind. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isRunning, MARK, marked, until } from "../support/processes.ts";
import { denoDir, programs, runProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const ways = [
  // As a terminal and npx do: the whole group hears it, and the task runner passes it on.
  { label: "deno task demo", command: Deno.execPath(), args: ["task", "demo"] },
  ...programs().map((one) => ({ ...one, args: [...one.args, "demo"] })),
];

for (const { label, command, args } of ways) {
  Deno.test({
    name: `K4.5 demo (${label}): one Ctrl-C that arrives three times ends it, and nothing is left`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using temp = await TempFolder.make();
      const mark = crypto.randomUUID();
      await Deno.mkdir(temp.at("tmp"));
      const child = new Deno.Command(command, {
        args: [...args, "--agent", "demo", "--no-open"],
        cwd: ROOT,
        clearEnv: true,
        env: {
          PATH: Deno.env.get("PATH") ?? "",
          HOME: temp.path,
          TMPDIR: temp.at("tmp"),
          DENO_DIR: denoDir(),
          NO_COLOR: "1",
          [MARK]: mark,
        },
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
        detached: true,
      }).spawn();
      let printed = "";
      const reading = (async () => {
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) printed += text;
      })();
      try {
        await until(() => printed.includes("Ctrl-C"), "the address of the page", 60_000);
        const [url] = /http:\S+/.exec(printed)!;
        await send(url!, "run: sleep 300");
        await until(
          async () => (await marked(mark)).some((line) => line.includes("sleep 300")),
          "the command to run",
        );
        // Asking for the process between them takes a moment: what is pending already is not counted.
        for (let i = 0; i < 3 && await isRunning(child.pid); i++) Deno.kill(-child.pid, "SIGINT");
        await child.status;
        await until(
          async () => (await marked(mark)).length === 0,
          async () => `the end of ${(await marked(mark)).join(", ")}`,
        );
        assert.deepEqual([...Deno.readDirSync(temp.at("tmp"))].map(({ name }) => name), []);
      } finally {
        try {
          Deno.kill(-child.pid, "SIGKILL");
        } catch { /* it has ended */ }
        await reading;
      }
    },
  });
}

for (const program of programs()) {
  Deno.test({
    name: `K5.2 demo (${program.label}): a CLI nobody logged in to is named, and the demo goes on`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using temp = await TempFolder.make();
      await Deno.writeTextFile(
        temp.at("claude"),
        `#!/bin/sh\n[ "$1" = auth ] && echo '{"loggedIn": false}' || echo 2.1.332\n`,
        { mode: 0o755 },
      );
      const env = { PATH: `${temp.path}:/usr/bin:/bin`, TMPDIR: temp.path };
      const { code, stdout, stderr } = await runProgram(program, ["demo", "--say", "hello"], env);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^Claude Code is not logged in \(claude auth login\).*built-in.*$/m);
      assert.match(stdout, /I am ductor's demo agent/);
      assert.deepEqual(await temp.names(), ["claude"]);
    },
  });
}

Deno.test("demo --say: a question that nobody can answer here ends it, with a word", async () => {
  await using temp = await TempFolder.make();
  const args = ["demo", "--agent", "demo", "--say", "ask me something"];
  const { code, stdout, stderr } = await runProgram(programs().at(-1)!, args, {
    TMPDIR: temp.path,
  });
  assert.equal(code, 1);
  assert.match(stdout, /How do you like your tea\?[^]*\[ Green \]/);
  assert.match(stderr, /waits for your answer/);
  assert.deepEqual(await temp.names(), []);
});

async function send(url: string, text: string): Promise<void> {
  const answer = await fetch(`${url}do/send`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: new URL(url).origin },
    body: JSON.stringify({ chat: 1000, text }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
