import assert from "node:assert/strict";
import type { Content } from "../telegram/content.ts";
import { Boundary } from "./boundary.ts";

const ADDRESS = { chatId: 42, threadId: 7 };

function boundary({ broken = false, secrets = [] as string[] } = {}) {
  const said: { target: unknown; text: string }[] = [];
  const outbox = {
    send(target: unknown, { pieces: [piece] }: Content) {
      if (broken) return Promise.reject(new Error("the disk is full"));
      said.push({ target, text: piece!.text });
      return Promise.resolve(undefined as never);
    },
  };
  return { said, boundary: new Boundary({ outbox, secrets: () => secrets }) };
}

Deno.test("boundary: what goes well is handed on, and nothing is said", async () => {
  const { said, boundary: it } = boundary();
  assert.deepEqual(await it.run(ADDRESS, "/status", () => 5), { ok: true, value: 5 });
  assert.deepEqual(said, []);
});

Deno.test("boundary: what is run begins before anything is waited for", () => {
  let begun = false;
  void boundary().boundary.run(ADDRESS, "/stop", () => {
    begun = true;
  });
  assert.ok(begun);
});

for (
  const [how, act] of Object.entries({
    "at once": () => {
      throw new Error("No space left on device");
    },
    later: () => Promise.reject(new Error("No space\n  left on device")),
  })
) {
  Deno.test(`boundary: what fails ${how} is said where it was asked for, with what to do`, async () => {
    const { said, boundary: it } = boundary();
    assert.deepEqual(await it.run(ADDRESS, "/memory", act), { ok: false });
    assert.deepEqual(said, [{
      target: ADDRESS,
      text: "⚠️ /memory did not work: No space left on device. Try again; /diagnose shows the log.",
    }]);
  });
}

Deno.test("boundary: a cause shows no secret, and not more than fits", async () => {
  const { said, boundary: it } = boundary({ secrets: ["s3cret-token"] });
  const cause = `refused s3cret-token ${"x".repeat(5000)}`;
  await it.run(ADDRESS, "This button", () => Promise.reject(cause));
  assert.ok(!said[0]!.text.includes("s3cret") && said[0]!.text.length < 500, said[0]!.text);
});

Deno.test("boundary: where nothing can be said either, it still does not fail", async () => {
  const { boundary: it } = boundary({ broken: true });
  assert.deepEqual(await it.run(ADDRESS, "/new", () => Promise.reject(null)), { ok: false });
});

Deno.test("boundary: what our own permissions refuse is said as that, not in the words of a compiler", async () => {
  const { said, boundary: it } = boundary();
  await it.run(ADDRESS, "/upgrade", () => {
    throw new Deno.errors.NotCapable(
      'Requires net access to "mirror.example:443", specify the required permissions during ' +
        "compilation using `deno compile --allow-net`",
    );
  });
  assert.match(
    said[0]!.text,
    /the bot wanted to reach mirror\.example:443, .*update\.url.*\/restart/,
  );
  assert.doesNotMatch(said[0]!.text, /compile/);
});
