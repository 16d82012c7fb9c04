/** From a release folder to an installed program, and from that to the next, whatever goes wrong. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { Internet, whyNoInternet } from "../support/internet.ts";
import { until } from "../support/processes.ts";
import { spawnProgram } from "../support/program.ts";
import { ReleaseBench, whyNoCompile } from "../support/release_bench.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { pressUpgrade, said } from "../support/upgrade_chat.ts";

const missing = Deno.build.os === "windows" ? "a POSIX shell" : whyNoCompile() ?? whyNoInternet();
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

/** A home directory with ductor in it, and what is done with it. */
class Machine {
  readonly program: string;
  readonly config: string;
  constructor(readonly home: string) {
    this.program = join(home, ".local", "bin", "ductor");
    this.config = join(home, ".ductor", "config", "config.json");
  }

  async installFrom(url: string, env: Record<string, string> = {}) {
    const script = join(this.home, "install.sh");
    const response = await fetch(`${url}/install.sh`);
    await Deno.writeTextFile(script, await response.text());
    return await this.run("sh", [script], { DUCTOR_INSTALL_URL: url, ...env });
  }

  async run(command: string, args: string[], env: Record<string, string> = {}, uid?: number) {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args,
      ...uid !== undefined && { uid, gid: uid },
      clearEnv: true,
      env: {
        HOME: this.home,
        PATH: Deno.env.get("PATH")!,
        NO_COLOR: "1",
        SHELL: "/bin/bash",
        ...env,
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  async configure(values: Record<string, unknown>): Promise<void> {
    await Deno.mkdir(join(this.home, ".ductor", "config"), { recursive: true });
    const text = await Deno.readTextFile(this.config).catch(() => "{}");
    await Deno.writeTextFile(this.config, JSON.stringify({ ...JSON.parse(text), ...values }));
  }

  async version(): Promise<string> {
    const { code, stdout, stderr } = await this.run(this.program, ["--version"]);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  }

  async sum(): Promise<string> {
    return createHash("sha256").update(await Deno.readFile(this.program)).digest("hex");
  }

  /** What lies in the program's folder. */
  async names(): Promise<string[]> {
    const names = [];
    for await (const { name } of Deno.readDir(join(this.home, ".local", "bin"))) names.push(name);
    return names.sort();
  }
}

Deno.test({
  name: `releases: installed by install.sh, upgraded, refused and rolled back${skipped}`,
  ignore: missing !== undefined,
  fn: async (t) => {
    await using bench = await ReleaseBench.start();
    await using temp = await TempFolder.make();
    const machine = new Machine(temp.path);
    await bench.build("old", "1.0.0");
    await bench.build("new", "1.10.0");
    await bench.buildBroken("broken", "1.11.0");

    await t.step("install.sh puts the program into an empty home and says what to do", async () => {
      const { code, stdout, stderr } = await machine.installFrom(bench.url("old"));
      assert.equal(code, 0, stderr);
      assert.match(stdout, /ductor 1\.0\.0 is in .*\.local\/bin/);
      assert.match(stdout, /export PATH="[^"]*\.local\/bin:\$PATH"/);
      assert.match(stdout, /ductor onboarding/);
      assert.doesNotMatch(stderr, /%/, "how far it is, though no terminal sees it");
      assert.equal(await machine.version(), "1.0.0");
      assert.deepEqual(await machine.names(), ["ductor"]);
    });

    await t.step("install.sh works again over itself, with wget as with curl", async () => {
      const bin = temp.at("only-wget");
      await Deno.mkdir(bin);
      const tools = [
        "sh",
        "uname",
        "mkdir",
        "mktemp",
        "rm",
        "sed",
        "cut",
        "chmod",
        "ln",
        "cp",
        "mv",
      ];
      for (
        const tool of [
          ...tools,
          "sha256sum",
          "openssl",
          "gzip",
          "wget",
          "grep",
          "ldd",
          "cat",
          "bash",
        ]
      ) {
        const path = (await machine.run("sh", ["-c", `command -v ${tool}`])).stdout.trim();
        if (path !== "") await Deno.symlink(path, join(bin, tool));
      }
      const { code, stdout, stderr } = await machine.installFrom(bench.url("old"), { PATH: bin });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /ductor restart/);
      assert.deepEqual(await machine.names(), ["ductor", "ductor.old"]);
    });

    for (const how of ["checksum", "signature", "unsigned"] as const) {
      await bench.spoil("new", how, how);
    }
    const refused: Record<string, { folder: string; install: RegExp; upgrade: RegExp }> = {
      "a wrong checksum": {
        folder: "checksum",
        install: /not what was published/,
        upgrade: /not the file that was signed/,
      },
      "a wrong signature": {
        folder: "signature",
        install: /not signed by the makers/,
        upgrade: /not signed by the makers/,
      },
      "no signature": {
        folder: "unsigned",
        install: /SHA256SUMS\.sig could not be downloaded/,
        upgrade: /SHA256SUMS\.sig answered 404/,
      },
      "a download that breaks off": {
        folder: "new",
        install: /could not be downloaded|not what was published/,
        upgrade: /broke off/,
      },
    };
    for (const [name, { folder, install, upgrade }] of Object.entries(refused)) {
      await t.step(`${name} is refused by install.sh and by ductor upgrade`, async () => {
        const before = await machine.sum();
        const names = await machine.names();
        if (folder === "new") bench.fault = (path) => /ductor-/.test(path) ? half() : undefined;
        const { code, stderr } = await machine.installFrom(
          bench.url("new"),
          { DUCTOR_INSTALL_URL: bench.url(folder) },
        );
        assert.notEqual(code, 0);
        assert.match(stderr, install);
        await machine.configure({ update: { url: bench.url(folder) } });
        const ran = await machine.run(machine.program, ["upgrade"]);
        assert.equal(ran.code, 1, ran.stdout);
        assert.match(ran.stderr, upgrade);
        bench.fault = undefined;
        assert.equal(await machine.sum(), before);
        assert.deepEqual(await machine.names(), names);
      });
    }

    await t.step("the mirror it was installed from is where upgrades come from", async () => {
      const installed = await machine.installFrom(bench.url("old"));
      assert.match(installed.stdout, /Upgrades will come from http.*\/old, too/);
      const { stdout, stderr } = await machine.run(machine.program, ["upgrade"]);
      assert.match(stdout, /^ductor 1\.0\.0 is the newest version/, stderr);
    });

    await t.step("a mirror on another host is where upgrades come from, too", async () => {
      await using mirror = await Internet.start(
        ["mirror.example"],
        (url) => fetch(bench.url("old") + url.pathname),
      );
      const env = { ...mirror.env, DUCTOR_INSTALL_URL: "https://mirror.example" };
      const { code, stdout, stderr } = await machine.installFrom(bench.url("old"), env);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Upgrades will come from https:\/\/mirror\.example, too/);
      await machine.installFrom(bench.url("old"));
    });

    await t.step("a folder that is no mirror is not remembered", async () => {
      bench.fault = (path) =>
        path.endsWith("/latest") ? new Response("<html>", { status: 200 }) : undefined;
      const { stdout } = await machine.installFrom(bench.url("new"));
      bench.fault = undefined;
      assert.doesNotMatch(stdout, /Upgrades/);
      assert.equal(
        JSON.parse(await Deno.readTextFile(machine.config)).update.url,
        bench.url("old"),
      );
      await machine.installFrom(bench.url("old"));
    });

    await t.step("ductor upgrade, and back by --undo, while no bot runs", async () => {
      await machine.configure({ update: { url: bench.url("new") } });
      const check = await machine.run(machine.program, ["upgrade", "--check"]);
      assert.match(check.stdout, /1\.10\.0 is available; this is 1\.0\.0/);
      const { code, stdout, stderr } = await machine.run(machine.program, ["upgrade"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /1\.10\.0 is in place/);
      assert.equal(await machine.version(), "1.10.0");
      const again = await machine.run(machine.program, ["upgrade"]);
      assert.match(again.stdout, /1\.10\.0 is the newest/);
      const undone = await machine.run(machine.program, ["upgrade", "--undo"]);
      assert.equal(undone.code, 0, undone.stderr);
      assert.equal(await machine.version(), "1.0.0");
    });

    await using github = await Internet.start(
      ["api.github.com", "github.com", "release-assets.githubusercontent.com"],
      (url) => onGithub(url, bench.url("new")),
    );
    const onGithubUrl = "https://api.github.com/repos/owner/name/releases";

    await t.step("K5.1 a release on GitHub, which keeps its files on another host", async () => {
      await machine.configure({ update: { url: onGithubUrl } });
      const { code, stderr } = await machine.run(machine.program, ["upgrade"], github.env);
      assert.equal(code, 0, stderr);
      assert.equal(await machine.version(), "1.10.0");
      assert.deepEqual([...new Set(github.connected)], [
        "api.github.com:443",
        "github.com:443",
        "release-assets.githubusercontent.com:443",
      ]);
      await machine.run(machine.program, ["upgrade", "--undo"]);
    });

    await t.step(
      "K5.1 a folder that the system does not let it write is noticed first",
      async () => {
        await using other = await TempFolder.make();
        await Deno.mkdir(other.at("config"));
        const config = JSON.stringify({ update: { url: bench.url("new") } });
        await Deno.writeTextFile(other.at("config", "config.json"), config);
        const folder = join(machine.home, ".local", "bin");
        // Root may write everywhere, so it becomes somebody else.
        const uid = Deno.uid() === 0 ? 65534 : undefined;
        if (uid === undefined) await Deno.chmod(folder, 0o555);
        else {
          await Deno.chmod(machine.home, 0o755);
          await machine.run("chown", ["-R", `${uid}`, other.path]);
        }
        const asked: string[] = [];
        bench.fault = (path) => void asked.push(path);
        const env = { DUCTOR_HOME: other.path, HOME: other.path };
        const { code, stderr } = await machine.run(machine.program, ["upgrade"], env, uid);
        bench.fault = undefined;
        await Deno.chmod(folder, 0o755);
        assert.equal(code, 1);
        assert.match(stderr, /may not write the folder it is in/);
        assert.deepEqual(asked, ["/new/latest"]);
        assert.equal(await machine.version(), "1.0.0");
      },
    );

    await t.step(
      "a running bot upgrades itself from the chat; a broken program is taken back",
      async () => {
        await using server = await BotApiServer.start();
        const alice = server.user({ id: 7, first_name: "Alice" });
        await machine.configure({
          telegram_token: server.token,
          telegram_api_root: server.apiRoot,
          allowed_user_ids: [7],
          update: { url: onGithubUrl, check: false },
        });
        const program = { label: "installed", command: machine.program, args: [] };
        const child = spawnProgram(program, ["start"], { HOME: machine.home, ...github.env });
        const output = child.output();
        try {
          const says = async (what: RegExp) => {
            await until(
              () => said(server, what).length > 0,
              () =>
                `${what}; the chat has ${JSON.stringify(server.messages(7).map((m) => m.text))}`,
              60_000,
            );
          };
          await pressUpgrade(server, alice, "1.10.0");
          await says(/^✅ ductor is now version 1\.10\.0 \(was 1\.0\.0\)/);
          assert.equal(await machine.version(), "1.10.0");
          const announced = server.messages(7).filter(({ text }) =>
            text?.includes("is now version 1.10.0")
          );
          assert.equal(announced.length, 1);

          for (const [now, was] of [["1.0.0", "1.10.0"], ["1.10.0", "1.0.0"]] as const) {
            const times = said(server, /is now version/).length;
            const undone = await machine.run(machine.program, ["upgrade", "--undo"]);
            assert.equal(undone.code, 0, undone.stderr);
            assert.match(undone.stdout, new RegExp(`ductor ${now} is in place \\(was ${was}\\)`));
            await until(() => said(server, /is now version/).length > times, "it is told");
            assert.equal(
              said(server, /is now version/).at(-1)!.text,
              `✅ ductor is now version ${now} (was ${was}).`,
            );
            assert.equal(await machine.version(), now);
          }

          const config = JSON.parse(await Deno.readTextFile(machine.config));
          await machine.configure({
            ...config,
            update: { url: bench.url("broken"), check: false },
          });
          alice.send("/restart");
          await says(/ductor is back/);
          await pressUpgrade(server, alice, "1.11.0");
          await says(/^⚠️ The upgrade to 1\.11\.0 did not work: it ended with code 9/);
          await says(/Version 1\.10\.0 is running/);
          assert.equal(await machine.version(), "1.10.0");
          alice.send("/info");
          await says(/^ductor 1\.10\.0\n/);
        } finally {
          child.kill("SIGTERM");
          await output;
        }
        assert.deepEqual((await machine.names()).filter((name) => name.includes("new")), []);
      },
    );
  },
});

/** What GitHub answers about the release in a folder. */
async function onGithub(url: URL, folder: string): Promise<Response> {
  const name = url.pathname.split("/").at(-1)!;
  if (url.hostname === "github.com") {
    return Response.redirect(`https://release-assets.githubusercontent.com/1/${name}?sig=1`);
  }
  if (url.hostname !== "api.github.com") return await fetch(`${folder}/${name}`);
  const release = await (await fetch(`${folder}/latest`)).json();
  for (const asset of release.assets) {
    asset.browser_download_url = `https://github.com/owner/name/releases/download/v1/${asset.name}`;
  }
  return Response.json(release);
}

/** As when the line goes dead: more was promised than comes. */
function half(): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(100_000));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-length": "200000" } });
}
