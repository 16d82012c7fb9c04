import assert from "node:assert/strict";
import { imageSize } from "./image_size.ts";
import { png } from "../../tests/support/bot_api.ts";

Deno.test("the size of a picture is read from its head", () => {
  assert.deepEqual(imageSize(png(640, 480)), { width: 640, height: 480 });
  const gif = new Uint8Array(16);
  gif.set(new TextEncoder().encode("GIF89a"));
  gif.set([0x40, 0x01, 0xf0, 0x00], 6);
  assert.deepEqual(imageSize(gif), { width: 320, height: 240 });
  // Start, an application segment of 4 bytes, a start of frame of 32 x 16.
  const jpeg = new Uint8Array([
    ...[0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x00, 0x00],
    ...[0xff, 0xc0, 0x00, 0x11, 0x08, 0x00, 0x10, 0x00, 0x20, 0x03, 0, 0, 0, 0],
  ]);
  assert.deepEqual(imageSize(jpeg), { width: 32, height: 16 });
});

Deno.test("what is no picture has no size", () => {
  assert.equal(imageSize(new TextEncoder().encode("hello, this is text")), undefined);
  assert.equal(imageSize(new Uint8Array()), undefined);
});
