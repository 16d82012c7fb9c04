/** Whom the program may connect to, asked with its real permissions: from source and compiled. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CONTACTED, netHost } from "../../src/config/reach.ts";
import { get } from "../../src/update/fetcher.ts";
import { Internet, whyNoInternet } from "../support/internet.ts";
import { programs, runProgram } from "../support/program.ts";
import { TempFolder } from "../support/temp_folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HOSTS = CONTACTED.map((url) => netHost(new URL(url)));
const TOKEN = `1234567:${"A".repeat(35)}`;

/** Hosts in texts for people and in formats: nobody connects to them. */
const SHOWN = [
  "agentclientprotocol.com",
  "block.github.io",
  "claude.ai",
  "code.claude.com",
  "developers.openai.com",
  "docs.docker.com",
  "docs.github.com",
  "example.org",
  "geminicli.com",
  "opencode.ai",
  "qwenlm.github.io",
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

Deno.test({
  name: "K5.1 reach: what the bot may not is refused with what can be done",
  permissions: { net: ["127.0.0.1"] },
  async fn() {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => Response.redirect("https://mirror.example/latest"),
    );
    const refused = {
      "https://mirror.example/r":
        /^Cannot connect to mirror\.example:443, which update\.url in .*\/restart/,
      "http://[2001:db8::1]/r": /^Cannot connect to \[2001:db8::1\]:80, which update\.url in the/,
      [`http://127.0.0.1:${server.addr.port}/r`]:
        /^Cannot connect to mirror\.example:443: .* another one led there\. `ductor upgrade`/,
    };
    for (const [url, said] of Object.entries(refused)) {
      await assert.rejects(get(new URL(url), { key: "update.url" }), { message: said });
    }
  },
});

for (const program of programs()) {
  const check = async (url: string, env: Record<string, string> = {}) => {
    await using temp = await home({ update: { url } });
    return await runProgram(program, ["upgrade", "--check"], { DUCTOR_HOME: temp.path, ...env });
  };

  Deno.test(`K5.1 hosts: the bot is granted every contacted one, and doctor says so (${program.label})`, async () => {
    await using temp = await home({});
    const env = { DUCTOR_HOME: temp.path, OPENAI_API_KEY: "sk-test" };
    const { stdout } = await runProgram(program, ["doctor", "--json"], env);
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
