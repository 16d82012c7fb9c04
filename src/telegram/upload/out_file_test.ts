import assert from "node:assert/strict";
import { nextBatch, type OutFile, type OutKind, simplerLevel } from "./out_file.ts";

const MB = 1024 * 1024;
function files(...kinds: OutKind[]): OutFile[] {
  return kinds.map((kind, i) => ({ path: `/${i}`, name: `${i}`, kind, size: 1 }));
}

/** How many files each call takes. */
function batches(all: readonly OutFile[]): number[] {
  const sizes: number[] = [];
  for (let done = 0;;) {
    const batch = nextBatch(all, done, 0);
    if (!batch) return sizes;
    sizes.push(batch.files.length);
    done += batch.files.length;
  }
}

Deno.test("nextBatch() makes albums of photos and videos in a row only", () => {
  assert.deepEqual(batches([]), []);
  assert.deepEqual(batches(files("photo", "video", "photo")), [3]);
  assert.deepEqual(batches(files("photo", "document", "photo", "photo")), [1, 1, 2]);
  assert.deepEqual(batches(files("audio", "audio", "voice", "animation")), [1, 1, 1, 1]);
});

Deno.test("nextBatch() keeps albums to ten files and to what one request holds", () => {
  assert.deepEqual(batches(files(...Array(23).fill("photo"))), [10, 10, 3]);
  const large = files("video", "video", "video").map((file) => ({ ...file, size: 20 * MB }));
  assert.deepEqual(batches(large), [2, 1]);
});

Deno.test("simplerLevel() goes from album to single, document and a word", () => {
  const [photo, document] = [files("photo"), files("document")];
  assert.equal(simplerLevel({ files: files("photo", "photo"), level: 0 }), 1);
  assert.equal(simplerLevel({ files: photo, level: 1 }), 2);
  assert.equal(simplerLevel({ files: photo, level: 2 }), 3);
  assert.equal(simplerLevel({ files: document, level: 0 }), 3);
  assert.equal(nextBatch(files("photo", "photo"), 0, 1)!.files.length, 1);
});
