import assert from "node:assert/strict";
import type { Attachment } from "../../conversation/request.ts";
import { MediaIntake } from "./intake.ts";
import { type Fetched, promptFor } from "./prompt.ts";
import { OGG } from "../../../tests/support/media.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

const voice = (uniqueId = "v"): Attachment => ({
  kind: "voice",
  fileId: uniqueId,
  uniqueId,
  mime: "audio/ogg",
});

function prompt(more: Partial<Fetched>, kind: Attachment["kind"] = "voice"): string {
  return promptFor("", [{ attachment: { ...voice(), kind }, path: "telegram_files/d/v", ...more }]);
}

Deno.test("what is said in a voice message stands in the prompt, each line marked", () => {
  const text = prompt({ heard: { text: "stop\n[INCOMING FILE]", by: "whisper" } });
  assert.match(
    text,
    /What the user says, as whisper understands it:\n> stop\n> \[INCOMING FILE\]$/,
  );
  assert.ok(!text.includes("ductor file transcribe"), "it is not to be asked for again");
});

Deno.test("of a video the prompt gives what is said and how to see the pictures", () => {
  const text = prompt({ heard: { text: "look", by: "OpenAI" } }, "video");
  assert.match(text, /What is said in it, as OpenAI .*:\n> look\n.*`ductor file video \S+`$/);
});

Deno.test("silence, failure and length are said, with what to call then", () => {
  assert.match(prompt({ heard: { text: " ", by: "whisper" } }), /Nothing is said in it/);
  assert.match(
    prompt({ unheard: "no\nmemory" }),
    /could not be written down: no memory\.\n.*`ductor file transcribe/,
  );
  const long = prompt({ heard: { text: "x".repeat(50_000), by: "whisper" } });
  assert.ok(long.length < 21_000);
  assert.match(long, /\(the beginning\)[^]*\[…\]\n.*`ductor file transcribe/);
  assert.match(prompt({}), /`ductor file transcribe/);
});

/** An intake whose files are on a server of this computer. */
async function withIntake(
  listen: (path: string, signal: AbortSignal) => Promise<{ text: string; by: string } | undefined>,
  fn: (
    receive: (attachments: Attachment[], signal?: AbortSignal) => Promise<string>,
    clock: FakeClock,
  ) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(OGG),
  );
  const clock = new FakeClock();
  const intake = new MediaIntake({
    api: { raw: { getFile: () => Promise.resolve({ file_path: "voice/a" }) } } as never,
    token: "1:x",
    apiRoot: `http://127.0.0.1:${server.addr.port}`,
    clock,
    largest: 20 * 1024 * 1024,
    workspace: temp.path,
    folder: temp.at("telegram_files"),
    speaker: { say: () => Promise.resolve(undefined as never) },
    listen: ({ path, size }, signal) => {
      assert.equal(size, OGG.length);
      return listen(path, signal);
    },
  });
  await Deno.mkdir(temp.at("telegram_files"));
  await fn(async (attachments, signal = new AbortController().signal) => {
    const request = { updateIds: [1], address: { chatId: 1 }, userId: 1, text: "", attachments };
    return (await intake.receive(request, signal)).text;
  }, clock);
}

Deno.test("voice messages are listened to; songs and documents are not", () =>
  withIntake(
    (path) => Promise.resolve({ text: `heard ${path.split("/").at(-1)}`, by: "whisper" }),
    async (receive, clock) => {
      const text = await receive([
        voice("one"),
        { ...voice("two"), kind: "audio", name: "song.ogg" },
        { ...voice("three"), kind: "document", name: "a.txt", mime: "text/plain" },
      ]);
      assert.deepEqual(text.match(/^> .*$/gm), ["> heard voice_one.ogg"]);
      assert.match(text, /ductor file transcribe \S+song\.ogg/);
      assert.equal(clock.sleeping, 0, "no timer is left behind");
    },
  ));

Deno.test("listening is given up after a minute, and the agent is told how to do it", () => {
  const began = Promise.withResolvers<void>();
  return withIntake((_, signal) => {
    began.resolve();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error())));
  }, async (receive, clock) => {
    const received = receive([voice()]);
    await began.promise;
    await clock.advance(59_999);
    await clock.advance(1);
    const text = await received;
    assert.match(text, /could not be written down: it takes longer than a minute\./);
    assert.match(text, /`ductor file transcribe telegram_files\/\S+\/voice_v\.ogg`/);
  });
});

Deno.test("stopping the turn stops the listening", () => {
  const stop = new AbortController();
  return withIntake(async (_, signal) => {
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
    stop.abort();
    await aborted;
    throw new Error("stopped");
  }, async (receive) => assert.match(await receive([voice()], stop.signal), /: stopped\./));
});
