import assert from "node:assert/strict";
import { intoAlbums, kindOf } from "./uploads.ts";

Deno.test("kindOf sends pictures as photos, unless they are too large or asked for as files", () => {
  assert.equal(kindOf({ type: "image/png", size: 1000 }, false), "photo");
  assert.equal(kindOf({ type: "image/png", size: 11 * 1024 * 1024 }, false), "document");
  assert.equal(kindOf({ type: "image/png", size: 1000 }, true), "document");
  assert.equal(kindOf({ type: "image/svg+xml", size: 1000 }, false), "document");
  assert.equal(kindOf({ type: "image/gif", size: 1000 }, false), "animation");
  assert.equal(kindOf({ type: "video/mp4", size: 1000 }, false), "video");
  assert.equal(kindOf({ type: "audio/mpeg", size: 1000 }, false), "audio");
  assert.equal(kindOf({ type: "", size: 1000 }, false), "document");
});

Deno.test("intoAlbums keeps apart what Telegram does not mix, and cuts at ten", () => {
  const groups = (kinds: string[]) =>
    intoAlbums(kinds.map((kind) => ({ kind: kind as "photo" })))
      .map((group) => group.map(({ kind }) => kind).join("+"));
  assert.deepEqual(groups(["photo", "document", "video", "document"]), [
    "photo+video",
    "document+document",
  ]);
  assert.deepEqual(groups(["animation", "animation"]), ["animation", "animation"]);
  assert.deepEqual(groups(["audio", "photo", "audio"]), ["audio+audio", "photo"]);
  assert.deepEqual(groups(Array(11).fill("photo")), [
    Array(10).fill("photo").join("+"),
    "photo",
  ]);
});
