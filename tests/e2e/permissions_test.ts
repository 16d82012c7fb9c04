/** What the bot's thread may do, with the real permissions: from source and compiled. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/free_port.ts";
import { denoDir, programs } from "../support/program.ts";
import { withMachine } from "../support/living.ts";
import { until } from "../support/processes.ts";
import { whyNoCompile } from "../support/release_bench.ts";
import { TempFolder } from "../support/temp_folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TRIES = `${ROOT}tests/support/confined_tries.ts`;
const THREAD = `${ROOT}tests/support/confined_tries_thread.ts`;
const ALLOWED = [
  "write at home",
  "write in temp",
  "link a skill",
  "connect to this machine",
  "reach its own Bot API server",
  "listen where webhooks are received",
  "start a shell",
  "start a CLI that was installed since",
  "start one with libraries of its own",
  "end a group of processes",
  "know what it was started with",
  "read elsewhere",
];

async function tries(command: string, ...args: string[]): Promise<void> {
  await using temp = await TempFolder.make();
  const [me, outside, tmp] = ["me", "outside", "tmp"].map((name) => temp.at(name));
  const skills = `${me}/.claude/skills`;
  for (const folder of [skills, outside!, tmp!, `${me}/.ductor/config`]) {
    await Deno.mkdir(folder, { recursive: true });
  }
  await Deno.writeTextFile(`${outside}/there`, "x");
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  await using own = Deno.serve(
    { hostname: "127.0.0.2", port: 0, onListen() {} },
    () => new Response(),
  );
  const hooks = freePort();
  const config = {
    telegram_api_root: `http://127.0.0.2:${own.addr.port}`,
    webhooks: { host: "0.0.0.0", port: hooks },
  };
  await Deno.writeTextFile(`${me}/.ductor/config/config.json`, JSON.stringify(config));
  const ports = [server.addr.port, own.addr.port, hooks].map(String);
  const output = await new Deno.Command(command, {
    args: [...args, `${me}/.ductor`, outside!, skills, ...ports],
    clearEnv: true,
    env: {
      PATH: `${Deno.env.get("PATH")}:${me}/.ductor`,
      HOME: me!,
      TMPDIR: tmp!,
      DENO_DIR: denoDir(),
      NO_COLOR: "1",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.equal(output.code, 0, decoder.decode(output.stderr));
  const ended: Record<string, string> = JSON.parse(decoder.decode(output.stdout));
  assert.deepEqual(ALLOWED.filter((name) => ended[name] === undefined), []);
  for (const [name, how] of Object.entries(ended)) {
    assert.equal(how, ALLOWED.includes(name) ? "done" : "NotCapable", name);
  }
  assert.ok(Object.keys(ended).length > ALLOWED.length);
  assert.equal(await Deno.readTextFile(`${outside}/there`), "x");
}

Deno.test("permissions (from source): the bot's thread is refused what it does not need", () =>
  tries(
    Deno.execPath(),
    ...["run", "--quiet", "--no-prompt", "--config", `${ROOT}deno.json`, "-P", TRIES],
  ));

const missing = whyNoCompile();
Deno.test({
  name: "permissions (compiled): the bot's thread is refused what it does not need" +
    (missing === undefined ? "" : ` (skipped: ${missing})`),
  ignore: missing !== undefined,
  async fn() {
    await using temp = await TempFolder.make();
    const file = temp.at("tries");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["compile", "--quiet", "--no-check", "--no-prompt", "--exclude-unused-npm", "-P"],
        ...["--include", THREAD, "--output", file, TRIES],
      ],
      cwd: ROOT,
      stdin: "null",
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    await tries(file);
  },
});

for (const program of programs()) {
  Deno.test(`permissions (${program.label}): /diagnose says what is in force, doctor what is listed`, () =>
    withMachine(program, async (m) => {
      await m.configure();
      const { stdout } = await m.run("doctor");
      assert.match(stdout, /Its bot: may write in [^;]*\.ductor[^;]*; reach 127\.0\.0\.1/, stdout);
      await m.start("start");
      m.alice.send("/diagnose");
      const said = () => m.server.messages(7).map(({ text }) => text ?? "").join("\n");
      await until(() => said().includes("only what is listed"), "the answer");
      assert.match(said(), /only what is listed: write, net, run, env\b/);
      assert.match(said(), /nothing: ffi, import/);
    }));
}
