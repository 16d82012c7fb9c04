import assert from "node:assert/strict";
import { LineReader } from "./line_reader.ts";

const encoder = new TextEncoder();

async function linesOf(chunks: Iterable<Uint8Array>, mostBytes?: number): Promise<string[]> {
  const lines: string[] = [];
  const reader = new LineReader(ReadableStream.from(chunks), { mostBytes });
  for await (const line of reader) lines.push(line);
  return lines;
}

Deno.test("line reader: lines come whole, however the bytes are cut", async () => {
  const bytes = encoder.encode("één\r\n\nзавтра\nlast");
  for (let size = 1; size < 6; size++) {
    const chunks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    assert.deepEqual(await linesOf(chunks), ["één", "", "завтра", "last"]);
  }
});

Deno.test("K10.2 line reader: a line too long to be one is left out, and the next one is read", async () => {
  const chunks = ["a\n1234", "5678", "9\n12345678\nz\n", "123456789"].map((s) => encoder.encode(s));
  assert.deepEqual(await linesOf(chunks, 8), ["a", "", "12345678", "z", ""]);
});
