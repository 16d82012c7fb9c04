/** Whom the program may connect to, asked with its real permissions: from source and compiled. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CONTACTED, netHost } from "../../src/config/reach.ts";
import { Internet, whyNoInternet } from "../support/internet.ts";
import { programs, runProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HOSTS = CONTACTED.map((url) => netHost(new URL(url)));
const TOKEN = `1234567:${"A".repeat(35)}`;

/** Hosts in texts for people and in formats: nobody connects to them. */
const SHOWN = [
  "claude.ai",
  "code.claude.com",
  "developers.openai.com",
  "docs.docker.com",
  "example.org",
  "schemas.microsoft.com",
  "t.me",
  "www.apple.com",
];

Deno.test("K5.1 hosts: each that stands in the sources is a contacted one or only shown", async () => {
  const found = new Set<string>();
  for await (const text of sources(join(ROOT, "src"))) {
    const code = text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
    for (const [, host] of code.matchAll(/https?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/g)) {
      if (!host!.startsWith("127.")) found.add(host!);
    }
  }
  const known = [...CONTACTED.map((url) => new URL(url).hostname), ...SHOWN];
  assert.deepEqual([...found].filter((host) => !known.includes(host)), []);
  assert.ok(found.has("api.github.com") && found.has("api.openai.com"), "the search finds them");
});

Deno.test("K5.1 hosts: exactly the contacted ones are granted, with their port, and loopback", async () => {
  const { permissions } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  assert.deepEqual(
    new Set(permissions.default.net),
    new Set([...HOSTS, "127.0.0.1", "localhost", "[::1]"]),
  );
});

for (const program of programs()) {
  const check = async (url: string, env: Record<string, string> = {}) => {
    await using temp = await home({ update: { url } });
    return await runProgram(program, ["upgrade", "--check"], { DUCTOR_HOME: temp.path, ...env });
  };

  Deno.test(`K5.1 hosts: ductor doctor finds every contacted one granted (${program.label})`, async () => {
    await using temp = await home({});
    const { stdout } = await runProgram(program, ["doctor", "--json"], { DUCTOR_HOME: temp.path });
    for (const host of [...HOSTS, "127.0.0.1"]) {
      assert.ok(stdout.includes(host), `${host}: ${stdout}`);
    }
  });

  test(`GitHub is asked for the newest release (${program.label})`, async () => {
    await using internet = await Internet.start(
      ["api.github.com"],
      () => Response.json({ tag_name: "v999.0.0", assets: [] }),
    );
    const { stdout, stderr } = await check(
      "https://api.github.com/repos/owner/name/releases",
      internet.env,
    );
    assert.match(stdout, /^ductor 999\.0\.0/, stderr);
    assert.deepEqual(internet.connected, ["api.github.com:443"]);
  });

  test(`a redirect is followed to every host where GitHub keeps files (${program.label})`, async () => {
    await using internet = await Internet.start(
      HOSTS.map((host) => host.replace(":443", "")),
      ({ hostname }) => {
        const next = {
          "github.com": "release-assets",
          "release-assets.githubusercontent.com": "objects",
        }[hostname];
        return next
          ? Response.redirect(`https://${next}.githubusercontent.com/latest?signed=1`)
          : Response.json({ tag_name: "v999.0.0" });
      },
    );
    const { stdout, stderr } = await check("https://github.com/feed", internet.env);
    assert.match(stdout, /^ductor 999\.0\.0/, stderr);
    assert.equal(internet.asked.at(-1), "https://objects.githubusercontent.com/latest?signed=1");
  });

  test(`Telegram and OpenAI are reached at their own addresses (${program.label})`, async () => {
    await using internet = await Internet.start(
      ["api.telegram.org", "api.openai.com"],
      () =>
        Response.json({ ok: false, error_code: 401, description: "Unauthorized", text: "hello" }),
    );
    await using temp = await home({ telegram_token: TOKEN, allowed_user_ids: [7] });
    await Deno.writeFile(temp.at("voice.ogg"), new Uint8Array(10));
    const env = {
      DUCTOR_HOME: temp.path,
      OPENAI_API_KEY: "sk-test",
      PATH: "/nowhere",
      ...internet.env,
    };
    const doctor = await runProgram(program, ["doctor"], env);
    assert.match(doctor.stdout, /Telegram refuses it: Unauthorized/, doctor.stderr);
    const heard = await runProgram(program, ["file", "transcribe", temp.at("voice.ogg")], env);
    assert.match(heard.stdout, /hello/, heard.stderr);
    assert.deepEqual(
      new Set(internet.connected),
      new Set(["api.telegram.org:443", "api.openai.com:443"]),
    );
  });

  Deno.test(`K5.1 reach: any port of this machine in every spelling, default ports too (${program.label})`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => Response.json({ tag_name: "v999.0.0" }),
    );
    const { port } = server.addr;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      assert.match((await check(`http://${host}/r`)).stdout, /999/, host);
    }
    for (const url of [`http://[::1]:${port}/r`, "http://[::1]/r", "https://localhost/r"]) {
      const { stderr } = await check(url);
      assert.match(stderr, /cannot be reached/, url);
    }
  });

  Deno.test(`K5.1 reach: another host, port or redirect is refused with what can be done (${program.label})`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => Response.redirect("https://mirror.example/latest"),
    );
    const named = ", which update.url in the config names";
    const refused = {
      "https://mirror.example/r": `mirror.example:443${named}`,
      "http://api.github.com/r": `api.github.com:80${named}`,
      "https://api.github.com:8443/r": `api.github.com:8443${named}`,
      "http://[2001:db8::1]/r": `[2001:db8::1]:80${named}`,
      [`http://127.0.0.1:${server.addr.port}/r`]: "mirror.example:443",
    };
    for (const [url, host] of Object.entries(refused)) {
      const { code, stderr } = await check(url);
      assert.ok(stderr.startsWith(`Cannot connect to ${host}: the permissions`), stderr);
      assert.match(stderr, /127\.0\.0\.1.*deno\.json/);
      assert.equal(code, 1);
    }
  });

  Deno.test(`K9.5 reach: a Bot API server elsewhere: the permissions and the key are the reason (${program.label})`, async () => {
    const config = {
      telegram_token: TOKEN,
      allowed_user_ids: [7],
      telegram_api_root: "https://bots.example",
    };
    await using temp = await home(config);
    const said =
      /Cannot connect to bots\.example:443, which telegram_api_root in the config names: the perm/;
    const env = { DUCTOR_HOME: temp.path };
    assert.match((await runProgram(program, ["doctor"], env)).stdout, said);
    const bot = await runProgram(program, ["start", "--no-supervisor"], env);
    assert.match(bot.stderr, said);
    assert.equal(bot.code, 78);
    const setUp = await runProgram(
      program,
      ["onboarding", "--yes", "--token", TOKEN, "--user", "7"],
      env,
    );
    assert.match(setUp.stderr, said);
  });
}

/** A home with this config. */
async function home(config: Record<string, unknown>): Promise<TempFolder> {
  const temp = await TempFolder.make();
  await Deno.mkdir(temp.at("config"));
  await Deno.writeTextFile(temp.at("config", "config.json"), JSON.stringify(config));
  return temp;
}

/** One that needs the internet on loopback. */
function test(name: string, fn: () => Promise<void>): void {
  const missing = whyNoInternet();
  const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;
  Deno.test({ name: `K5.1 reach: ${name}${skipped}`, ignore: missing !== undefined, fn });
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      yield await Deno.readTextFile(path);
    }
  }
}
