import assert from "node:assert/strict";
import { Guard, newSecret } from "./guard.ts";

const SECRET = "s3cret-s3cret-s3cret";
const guard = new Guard(SECRET, 4321);

function refuse(headers: Record<string, string>, method = "GET", secret = SECRET) {
  const request = new Request("http://127.0.0.1:4321/", {
    method,
    headers: { host: "127.0.0.1:4321", ...headers },
  });
  return guard.refuse(request, secret);
}

Deno.test("guard lets the page in by either name of this computer", () => {
  assert.equal(refuse({}), undefined);
  assert.equal(refuse({ host: "localhost:4321" }), undefined);
  assert.equal(
    refuse({ origin: "http://127.0.0.1:4321", "sec-fetch-site": "same-origin" }, "POST"),
    undefined,
  );
});

Deno.test("guard refuses a foreign name that leads here", () => {
  assert.match(refuse({ host: "evil.example:4321" }) ?? "", /address/);
  assert.match(refuse({ host: "127.0.0.1:9999" }) ?? "", /address/);
  assert.match(refuse({ host: "127.0.0.1" }) ?? "", /address/);
});

Deno.test("guard refuses requests of other pages, with the right secret too", () => {
  for (
    const origin of [
      "http://evil.example",
      "http://localhost:4321",
      "http://127.0.0.1:9999",
      "https://127.0.0.1:4321",
      "null",
    ]
  ) assert.match(refuse({ origin }, "POST") ?? "", /chat page itself/, origin);
  assert.match(refuse({}, "POST") ?? "", /chat page itself/);
  assert.match(refuse({ "sec-fetch-site": "cross-site" }) ?? "", /chat page itself/);
  assert.match(refuse({ "sec-fetch-site": "same-site" }) ?? "", /chat page itself/);
});

Deno.test("guard lets a link from elsewhere open the page, but not a frame", () => {
  const opened = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  assert.equal(refuse({ ...opened, "sec-fetch-dest": "document" }), undefined);
  assert.match(refuse({ ...opened, "sec-fetch-dest": "iframe" }) ?? "", /chat page itself/);
});

Deno.test("guard refuses a wrong secret of any length", () => {
  for (const secret of ["", "x", `${SECRET}x`, SECRET.slice(0, -1), SECRET.toUpperCase()]) {
    assert.match(refuse({}, "GET", secret) ?? "", /terminal/, secret);
  }
});

Deno.test("newSecret gives another one every time, safe in a path", () => {
  const secrets = new Set(Array.from({ length: 50 }, newSecret));
  assert.equal(secrets.size, 50);
  for (const secret of secrets) assert.match(secret, /^[\w-]{32}$/);
});
