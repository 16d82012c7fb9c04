import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { download } from "./download.ts";
import { UpgradeError } from "./errors.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const BYTES = crypto.getRandomValues(new Uint8Array(50_000));

/** Sends the bytes in pieces; `then` is what happens after them. */
function sending(
  headers: Record<string, string>,
  then: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
): typeof fetch {
  return ((_: URL, { signal }: RequestInit) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        signal?.addEventListener("abort", () => controller.error(signal.reason));
        for (let at = 0; at < BYTES.length; at += 10_000) {
          controller.enqueue(BYTES.slice(at, at + 10_000));
        }
        then(controller);
      },
    });
    return Promise.resolve(new Response(body, { headers }));
  }) as unknown as typeof fetch;
}

const URL_ = new URL("https://example.org/ductor");

Deno.test("download() writes the file, tells how far it is, and returns its SHA-256", async () => {
  await using temp = await TempFolder.make();
  const seen: [number, number | undefined][] = [];
  const sum = await download(URL_, temp.at("f"), {
    fetch: sending({ "content-length": "50000" }, (controller) => controller.close()),
    progress: (done, all) => seen.push([done, all]),
  });
  assert.equal(sum, createHash("sha256").update(BYTES).digest("hex"));
  assert.deepEqual(await Deno.readFile(temp.at("f")), BYTES);
  assert.deepEqual(seen.at(-1), [50_000, 50_000]);
  assert.equal(seen.length, 5);
});

const broken: Record<string, [typeof fetch, RegExp, { most?: number; stallMs?: number }?]> = {
  "less comes than was announced": [
    sending({ "content-length": "60000" }, (controller) => controller.close()),
    /50000 of 60000/,
  ],
  "the connection breaks": [
    sending({}, (controller) => queueMicrotask(() => controller.error(new Error("reset")))),
    /broke off/,
  ],
  "nothing comes any more": [sending({}, () => {}), /stood still/, { stallMs: 20 }],
  "it is larger than is sensible": [
    sending({}, (controller) => controller.close()),
    /larger than 100/,
    { most: 100 },
  ],
};
for (const [what, [fetch, message, options]] of Object.entries(broken)) {
  Deno.test(`download() leaves no file when ${what}`, async () => {
    await using temp = await TempFolder.make();
    await assert.rejects(download(URL_, temp.at("f"), { fetch, ...options }), (error) => {
      assert.ok(error instanceof UpgradeError);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(await temp.names(), []);
  });
}

Deno.test("download() ends with its signal", async () => {
  await using temp = await TempFolder.make();
  const stop = new AbortController();
  const fetch = sending({}, () => stop.abort());
  await assert.rejects(
    download(URL_, temp.at("f"), { fetch, signal: stop.signal }),
    { name: "AbortError" },
  );
  assert.deepEqual(await temp.names(), []);
});

async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Response(bytes).body!.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function answering(bytes: Uint8Array<ArrayBuffer>): typeof fetch {
  const headers = { "content-length": `${bytes.length}` };
  return () => Promise.resolve(new Response(bytes, { headers }));
}

Deno.test("download() unpacks what is packed, counts what comes and sums up what is written", async () => {
  await using temp = await TempFolder.make();
  const plain = new Uint8Array(3_000_000).fill(7);
  const gzip = await packed(plain);
  let last: unknown;
  const sum = await download(URL_, temp.at("f"), {
    fetch: answering(gzip),
    progress: (...seen) => last = seen,
  });
  assert.equal(sum, createHash("sha256").update(plain).digest("hex"));
  assert.deepEqual(await Deno.readFile(temp.at("f")), plain);
  assert.deepEqual(last, [gzip.length, gzip.length]);
});

Deno.test("download() refuses what is packed and damaged, and what unpacks without end", async () => {
  await using temp = await TempFolder.make();
  const damaged = await packed(BYTES);
  damaged[damaged.length - 6]! ^= 1;
  const endless = await packed(new Uint8Array(3_000_000));
  for (
    const [fetch, message] of [
      [answering(damaged), /is damaged: it does not unpack/],
      [answering(endless), /larger than 1000000 bytes/],
    ] as const
  ) {
    await assert.rejects(download(URL_, temp.at("f"), { fetch, most: 1_000_000 }), message);
    assert.deepEqual(await temp.names(), []);
  }
});
