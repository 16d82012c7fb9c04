/** New versions in the chat, with the real bot; programs are shell scripts that know their version. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { sign, writeChecksums, writeFeed } from "../../scripts/release_files.ts";
import { makeKey } from "../../scripts/release_key.ts";
import { type Bot, startBot } from "../../src/app/compose.ts";
import { loadConfig } from "../../src/config/load.ts";
import { currentTrial } from "../../src/update/rollback.ts";
import { assetName, targetOf } from "../../src/update/target.ts";
import { Updater } from "../../src/update/updater.ts";
import { ALICE, BOB, type BotBench, withBot } from "../support/bot_bench.ts";
import { TempFolder } from "../support/temp_folder.ts";

const posix = Deno.build.os !== "windows";
const NAME = posix ? assetName(targetOf()) : "";

interface Rig extends BotBench {
  program: string;
  restarts: number;
  downloads: number;
  /** Starts the bot as this version. */
  startAs(version: string, executable?: string): Promise<Bot>;
  /** Data of the button with this label, and the message it is under. */
  button(label: string): { id: number; data: string };
}

/** A bot of version 1.0.0 and a signed release 2.0.0 of a program that says it is `says`. */
async function withRelease(fn: (rig: Rig) => Promise<void>, says = "2.0.0"): Promise<void> {
  await using temp = await TempFolder.make();
  const { privateKey, publicKey } = await makeKey();
  const release = temp.at("release");
  await Deno.mkdir(release);
  await Deno.writeTextFile(join(release, NAME), `#!/bin/sh\necho ${says}\n`);
  await writeChecksums(release);
  await writeFeed(release, "2.0.0", "- **Faster** than ever");
  await sign(release, privateKey, publicKey);
  const program = temp.at("ductor");
  await Deno.writeTextFile(program, "#!/bin/sh\necho 1.0.0\n", { mode: 0o755 });
  await withBot(async (bench) => {
    const rig: Rig = Object.assign(bench, {
      program,
      restarts: 0,
      downloads: 0,
      async startAs(version: string, executable: string | undefined = program) {
        const { config } = await loadConfig(rig.home);
        return await startBot({
          home: rig.home,
          config,
          agents: { claude: rig.claude, codex: rig.codex },
          restart: () => void rig.restarts++,
          updater: new Updater({
            home: rig.home,
            config: () => ({ update: { check: true, url: "http://release.test" } }),
            version,
            repository: undefined,
            publicKey,
            executable: executable === "" ? undefined : executable,
            fetching: {
              fetch: (async (url: URL) => {
                if (url.pathname.endsWith(NAME)) rig.downloads++;
                const bytes = await Deno.readFile(join(release, url.pathname)).catch(() => null);
                return new Response(bytes, { status: bytes ? 200 : 404 });
              }) as unknown as typeof fetch,
            },
          }),
        });
      },
      button(label: string) {
        for (const message of rig.said().toReversed()) {
          for (const button of message.reply_markup?.inline_keyboard.flat() ?? []) {
            if (button.text === label && "callback_data" in button) {
              return { id: message.message_id, data: button.callback_data! };
            }
          }
        }
        throw new Error(`No button “${label}” in ${JSON.stringify(rig.texts())}`);
      },
    });
    await fn(rig);
  }, { started: false });
}

function test(name: string, fn: () => Promise<void>) {
  Deno.test({ name: posix ? name : `${name} (skipped: shell scripts)`, ignore: !posix, fn });
}

test("/upgrade offers a newer version; its changelog is shown and the offer stays", () =>
  withRelease(async (rig) => {
    const bot = await rig.startAs("1.0.0");
    rig.alice.send("/upgrade");
    await rig.until(() =>
      /^ductor 2\.0\.0 is available; this is 1\.0\.0/.test(rig.texts().at(-1)!)
    );
    const { id, data } = rig.button("What is new");
    await rig.alice.press(id, data);
    await rig.until(() => rig.texts().at(-1) === "ductor 2.0.0\n\n• Faster than ever");
    assert.ok(rig.said().find(({ message_id }) => message_id === id)?.reply_markup);
    await bot.stop(0);
  }));

test("the upgrade button replaces the program, once however often it is pressed, and restarts", () =>
  withRelease(async (rig) => {
    const bot = await rig.startAs("1.0.0");
    rig.alice.send("/upgrade");
    await rig.until(() => rig.texts().some((text) => text.startsWith("ductor 2.0.0 is available")));
    const { id, data } = rig.button("Upgrade");
    await Promise.all([1, 2, 3].map(() => rig.alice.press(id, data)));
    await rig.until(() => rig.restarts > 0);
    await bot.settled();
    assert.deepEqual([rig.restarts, rig.downloads], [1, 1]);
    assert.ok(rig.texts().includes("Version 2.0.0 is in place. Restarting…"));
    assert.equal(rig.said().find(({ message_id }) => message_id === id)?.reply_markup, undefined);
    assert.match(await Deno.readTextFile(rig.program), /2\.0\.0/);
    assert.match(await Deno.readTextFile(`${rig.program}.old`), /1\.0\.0/);
    assert.deepEqual(await currentTrial(rig.home), {
      oldVersion: "1.0.0",
      newVersion: "2.0.0",
      executable: rig.program,
      chatId: ALICE,
    });
    await bot.stop(0);

    const next = await rig.startAs("2.0.0");
    await rig.until(() => rig.texts().at(-1) === "✅ ductor is now version 2.0.0 (was 1.0.0).");
    assert.equal(await currentTrial(rig.home), undefined);
    assert.deepEqual(rig.texts(BOB), [], "only who asked is told");
    await next.stop(0);
  }));

test("after a failed upgrade the old program says so to everybody, when a terminal asked", () =>
  withRelease(async (rig) => {
    await Deno.writeTextFile(
      rig.home.upgradeSentinelFile,
      JSON.stringify({ chat_id: 0, old_version: "1.0.0", new_version: "2.0.0", failed: "it fell" }),
    );
    // A bot may not write to somebody who has never written to it.
    for (const user of [rig.alice, rig.bob]) user.send("/help");
    const text = /^⚠️ The upgrade to 2\.0\.0 did not work: it fell\. Version 1\.0\.0 is running/;
    const bot = await rig.startAs("1.0.0");
    await rig.until(() =>
      [ALICE, BOB].every((id) => rig.texts(id).some((said) => text.test(said)))
    );
    await bot.stop(0);
  }));

test("a program that is not what it says is refused; nothing changes and nothing restarts", () =>
  withRelease(async (rig) => {
    const bot = await rig.startAs("1.0.0");
    rig.alice.send("/upgrade");
    await rig.until(() => rig.texts().length > 0);
    const { id, data } = rig.button("Upgrade");
    await rig.alice.press(id, data);
    await rig.until(() => /^⚠️ No upgrade: .*says it is version 3/.test(rig.texts().at(-1)!));
    assert.equal(rig.restarts, 0);
    assert.match(await Deno.readTextFile(rig.program), /1\.0\.0/);
    assert.equal(await currentTrial(rig.home), undefined);
    await bot.stop(0);
  }, "3.0.0"));

test("later takes the buttons away; the newest version and a run from source are told", () =>
  withRelease(async (rig) => {
    let bot = await rig.startAs("1.0.0");
    rig.alice.send("/upgrade");
    await rig.until(() => rig.texts().length > 0);
    const { id, data } = rig.button("Later");
    await rig.alice.press(id, data);
    await rig.until(() => /^Version 2\.0\.0: later/.test(rig.texts().at(-1)!));
    assert.equal(rig.said().at(-1)?.reply_markup, undefined);
    await bot.stop(0);

    bot = await rig.startAs("2.0.0");
    rig.alice.send("/upgrade");
    await rig.until(() => rig.texts().at(-1) === "ductor 2.0.0 is the newest version.");
    await bot.stop(0);

    bot = await rig.startAs("1.0.0", "");
    rig.alice.send("/upgrade");
    await rig.until(() => /runs from source.*git pull/.test(rig.texts().at(-1)!));
    await bot.stop(0);
  }));
