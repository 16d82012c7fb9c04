import assert from "node:assert/strict";
import { InputFile, InputMediaBuilder } from "grammy";
import type { Message } from "grammy/types";
import { bad, png, post, refused, setUp } from "../../tests/support/bot_api.ts";
import { FILE_KINDS } from "./types.ts";

const text = new TextEncoder().encode("hello");
const file = (name = "a.txt", bytes: Uint8Array = text) => new InputFile(bytes, name);

Deno.test("a file goes to the chat and can be fetched back", async () => {
  await using t = await setUp();
  const sent = await t.api.sendDocument(1001, file("notes.md"), { caption: "see *here*" });
  assert.equal(sent.document.file_name, "notes.md");
  assert.equal(sent.document.mime_type, "text/markdown");
  assert.equal(sent.document.file_size, 5);
  assert.equal(sent.caption, "see *here*");
  assert.deepEqual(t.server.file(sent.document.file_id)?.bytes, text);
});

Deno.test("a bot downloads what a person sends", async () => {
  await using t = await setUp();
  const sent = t.alice.sendFile({
    kind: "voice",
    bytes: text,
    mime_type: "audio/ogg",
    caption: "listen",
    duration: 3,
  });
  assert.equal(sent.voice?.duration, 3);
  const update = (await t.api.getUpdates()).at(-1);
  assert.equal(update?.message?.caption, "listen");
  const { file_path } = await t.api.getFile(update!.message!.voice!.file_id);
  assert.match(file_path!, /^voice\/file_\d+\.oga$/);
  const url = `${t.server.apiRoot}/file/bot${t.server.token}/${file_path}`;
  assert.equal(await (await fetch(url)).text(), "hello");
  const missing = await fetch(`${t.server.apiRoot}/file/bot${t.server.token}/voice/nope.oga`);
  assert.equal(missing.status, 404);
  await missing.body?.cancel();
  const stranger = await fetch(`${t.server.apiRoot}/file/bot123456:wrong/${file_path}`);
  assert.equal(stranger.status, 401);
  await stranger.body?.cancel();
});

Deno.test("every kind of file is described as Telegram does", async () => {
  await using t = await setUp();
  for (const kind of FILE_KINDS) {
    const message = t.alice.sendFile({ kind, bytes: kind === "photo" ? png() : text });
    assert.ok(message[kind], kind);
  }
  const { photo } = t.alice.sendFile({ kind: "photo", bytes: png(1600, 800) });
  assert.deepEqual(photo?.map((size) => [size.width, size.height]), [
    [90, 45],
    [320, 160],
    [800, 400],
    [1600, 800],
  ]);
  await t.api.getFile(photo![0]!.file_id);
});

Deno.test("files of more than 20 MB cannot be downloaded", async () => {
  await using t = await setUp();
  const bytes = new Uint8Array(20 * 1024 * 1024 + 1);
  const { document } = t.alice.sendFile({ kind: "document", bytes, file_name: "big.bin" });
  await bad(t.api.getFile(document!.file_id), "file is too big");
  await bad(t.api.getFile("nonsense"), "invalid file_id");
});

Deno.test("uploads of more than 50 MB are refused", async () => {
  await using t = await setUp();
  const big = new Uint8Array(50 * 1024 * 1024 + 100_000);
  await refused(t.api.sendDocument(1001, file("big.bin", big)), 413, "Request Entity Too Large");
});

Deno.test("photos must be pictures of a sane shape and size", async () => {
  await using t = await setUp();
  const photo = (bytes: Uint8Array) => t.api.sendPhoto(1001, file("p.png", bytes));
  await bad(photo(text), "IMAGE_PROCESS_FAILED");
  await bad(photo(png(9000, 1001)), "PHOTO_INVALID_DIMENSIONS");
  await bad(photo(png(2100, 100)), "PHOTO_INVALID_DIMENSIONS");
  await bad(photo(new Uint8Array()), "file must be non-empty");
  const heavy = new Uint8Array(10 * 1024 * 1024 + 1);
  heavy.set(png());
  await bad(
    photo(heavy),
    "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
  );
  assert.equal((await photo(png())).photo.length, 2);
});

Deno.test("a file can be sent again by its id, as its own kind", async () => {
  await using t = await setUp();
  const { photo } = await t.api.sendPhoto(1001, file("p.png", png()));
  const id = photo.at(-1)!.file_id;
  assert.equal((await t.api.sendPhoto(1001, id)).photo.at(-1)!.file_id, id);
  await bad(t.api.sendPhoto(1001, "nonsense"), "wrong file identifier/HTTP URL specified");
  await bad(
    t.api.sendPhoto(1001, "https://example.org/a.png"),
    "failed to get HTTP URL content",
  );
});

Deno.test("a call without its file says so", async () => {
  await using t = await setUp();
  const { body } = await post(t.server, "sendDocument", { chat_id: 1001 });
  assert.equal(body["description"], "Bad Request: there is no document in the request");
});

Deno.test("captions have 1024 units", async () => {
  await using t = await setUp();
  const long = "x".repeat(1025);
  await bad(t.api.sendDocument(1001, file(), { caption: long }), "message caption is too long");
  const sent = await t.api.sendDocument(1001, file(), { caption: long.slice(1) });
  await bad(
    t.api.editMessageCaption(1001, sent.message_id, { caption: long }),
    "message caption is too long",
  );
  await t.api.editMessageCaption(1001, sent.message_id, { caption: "short" });
  assert.equal(t.server.messages(1001).at(-1)?.caption, "short");
  await bad(
    t.api.editMessageText(1001, sent.message_id, "x"),
    "there is no text in the message to edit",
  );
});

Deno.test("albums have 2 to 10 files of one family", async () => {
  await using t = await setUp();
  const doc = () => InputMediaBuilder.document(file());
  await bad(t.api.sendMediaGroup(1001, [doc()]), "group of albums must include 2-10 items");
  const eleven = Array.from({ length: 11 }, doc);
  await bad(t.api.sendMediaGroup(1001, eleven), "group of albums must include 2-10 items");
  const picture = () => InputMediaBuilder.photo(file("p.png", png()));
  const mixed = [doc(), picture()] as unknown as ReturnType<typeof doc>[];
  await bad(
    t.api.sendMediaGroup(1001, mixed),
    "can't use the media of the specified type in the album",
  );
  const broken = [picture(), InputMediaBuilder.photo(file("p.png"))];
  await bad(
    t.api.sendMediaGroup(1001, broken),
    `failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"`,
  );
  assert.equal(t.server.messages(1001).length, 1);
  const album: Message[] = await t.api.sendMediaGroup(1001, [doc(), doc()]);
  assert.equal(new Set(album.map((message) => message.media_group_id)).size, 1);
  assert.ok(album[0]?.media_group_id);
});
