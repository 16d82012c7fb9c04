import assert from "node:assert/strict";
import { KnownSecrets } from "../base/known_secrets.ts";
import { redact } from "../base/redaction.ts";
import { HostLauncher } from "../process/launcher.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import type { ProcessEnv } from "../base/process_env.ts";
import { Environment } from "./environment.ts";
import { Home } from "./home.ts";

/** Of a process that was started with these. */
function processEnv(values: Record<string, string>): ProcessEnv {
  const env = new Map(Object.entries(values));
  return {
    get: (name) => env.get(name),
    set: (name, value) => void env.set(name, value),
    delete: (name) => void env.delete(name),
    toObject: () => Object.fromEntries(env),
  };
}

Deno.test("K4.1 environment: the file wins, a change acts on the next child, and what is taken out is as before", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  const env = processEnv({ PATH: Deno.env.get("PATH") ?? "", TOKEN: "from the shell" });
  const environment = new Environment(home, { env });
  const launcher = new HostLauncher({ env: environment.all });
  const child = async () => {
    const { lines } = await launcher.launch({
      command: Deno.execPath(),
      args: ["eval", "console.log(JSON.stringify([Deno.env.get('TOKEN'), Deno.env.get('ADDED')]))"],
      cwd: temp.path,
    });
    for await (const line of lines) return JSON.parse(line);
  };
  assert.deepEqual(await child(), ["from the shell", null]);
  await Deno.writeTextFile(home.envFile, "TOKEN=from the file\nADDED=1\n");
  assert.deepEqual(await child(), ["from the file", "1"]);
  assert.equal(environment.get("ADDED"), "1");
  await Deno.writeTextFile(home.envFile, "# none\n");
  assert.deepEqual(await child(), ["from the shell", null]);
});

Deno.test("K4.1 environment: what the file says is closed to others and stands in no log; a file that cannot be read changes nothing", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  const secrets = new KnownSecrets();
  const text = "MINE=quite-secret\nCODEX_HOME=/home/ann/codex\nHTTPS_PROXY=http://a:b@proxy:1\n";
  await Deno.writeTextFile(home.envFile, text, { mode: 0o644 });
  const environment = new Environment(home, { env: processEnv({}), secrets });
  if (Deno.build.os !== "windows") {
    assert.equal((await Deno.stat(home.envFile)).mode! & 0o777, 0o600);
  }
  assert.equal(
    redact("quite-secret /home/ann/codex http://a:b@proxy:1", secrets.values),
    "[redacted] /home/ann/codex [redacted]",
  );
  await Deno.remove(home.envFile);
  await Deno.mkdir(home.envFile);
  assert.equal(environment.get("MINE"), "quite-secret");
});

Deno.test("K16.4 environment: what the process has for a key is known as secret, a path or a name is not", async () => {
  await using temp = await TempFolder.make();
  const secrets = new KnownSecrets();
  const env = {
    SOME_API_KEY: "key-of-something",
    GH_TOKEN: "token-of-something",
    SSL_KEY_FILE: "/etc/ssl/some.key",
    PATH: "/usr/bin:/bin",
    KEYBOARD: "something-else",
  };
  const fake = { get: () => undefined, set() {}, delete() {}, toObject: () => env };
  new Environment({ envFile: temp.at(".env") }, { secrets, env: fake });
  assert.deepEqual(secrets.values, ["key-of-something", "token-of-something"]);
});
