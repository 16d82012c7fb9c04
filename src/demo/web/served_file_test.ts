import assert from "node:assert/strict";
import { serveFile } from "./served_file.ts";

const bytes = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

function serve(mime: string, headers: Record<string, string> = {}, download = false) {
  const request = new Request("http://127.0.0.1/", { headers });
  return serveFile({ name: "naïve (1).html", mime, bytes }, request, download);
}

Deno.test("serveFile shows pictures in place and hands out everything else as a download", () => {
  const picture = serve("image/png");
  assert.equal(picture.headers.get("content-type"), "image/png");
  assert.match(picture.headers.get("content-disposition") ?? "", /^inline/);
  for (const mime of ["text/html", "image/svg+xml", "application/javascript"]) {
    const file = serve(mime);
    assert.equal(file.headers.get("content-type"), "application/octet-stream", mime);
    assert.match(file.headers.get("content-disposition") ?? "", /^attachment/, mime);
    assert.match(file.headers.get("content-security-policy") ?? "", /sandbox/, mime);
  }
  assert.match(serve("image/png", {}, true).headers.get("content-disposition") ?? "", /^attach/);
});

Deno.test("serveFile writes any name so that a header can carry it", () => {
  assert.equal(
    serve("text/html").headers.get("content-disposition"),
    "attachment; filename*=UTF-8''na%C3%AFve%20%281%29.html",
  );
});

Deno.test("serveFile answers ranges as players ask for them", async () => {
  const cases: [string, number, string | null, number[]][] = [
    ["bytes=0-3", 206, "bytes 0-3/10", [0, 1, 2, 3]],
    ["bytes=6-", 206, "bytes 6-9/10", [6, 7, 8, 9]],
    ["bytes=-2", 206, "bytes 8-9/10", [8, 9]],
    ["bytes=8-99", 206, "bytes 8-9/10", [8, 9]],
    ["bytes=10-", 416, "bytes */10", []],
    ["bytes=-", 200, null, [...bytes]],
  ];
  for (const [range, status, content, expected] of cases) {
    const answer = serve("video/mp4", { range });
    assert.equal(answer.status, status, range);
    assert.equal(answer.headers.get("content-range"), content, range);
    assert.deepEqual([...await answer.bytes()], expected, range);
  }
});
