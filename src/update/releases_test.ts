import assert from "node:assert/strict";
import { UpgradeError } from "./errors.ts";
import { Releases, releasesUrl } from "./releases.ts";

function answering(bodies: Record<string, unknown>, status = 200) {
  const asked: string[] = [];
  const releases = new Releases("https://api.example/r", {
    fetch: ((url: URL) => {
      asked.push(url.pathname);
      const body = bodies[url.pathname];
      if (body === undefined) return Promise.resolve(new Response("", { status: 404 }));
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return Promise.resolve(new Response(text, { status }));
    }) as unknown as typeof fetch,
  });
  return { releases, asked };
}

const RELEASE = {
  tag_name: "v0.10.0",
  body: " new \n",
  html_url: "https://github.com/o/n/releases/tag/v0.10.0",
  assets: [
    { name: "a", browser_download_url: "https://github.com/o/n/a", size: 1 },
    { name: "b", browser_download_url: "./b" },
  ],
};

Deno.test("releasesUrl() is the configured one, else the repository's on GitHub", () => {
  assert.equal(releasesUrl("http://127.0.0.1:1/r/", undefined), "http://127.0.0.1:1/r");
  assert.equal(
    releasesUrl("", "https://github.com/o/n"),
    "https://api.github.com/repos/o/n/releases",
  );
  assert.equal(releasesUrl("", "https://example.org/o/n"), undefined);
  assert.equal(releasesUrl("", undefined), undefined);
});

Deno.test("the newest release is offered only when it is newer", async () => {
  const { releases } = answering({ "/r/latest": RELEASE });
  const found = await releases.newerThan("0.9.0");
  assert.equal(found?.version, "0.10.0");
  assert.equal(found?.notes, "new");
  assert.equal(found?.files.get("b")?.href, "https://api.example/r/b");
  assert.equal(await releases.newerThan("0.10.0"), undefined);
  assert.equal(await releases.newerThan("1.0.0"), undefined);
});

Deno.test("the changelog is looked for under both forms of the tag", async () => {
  const { releases, asked } = answering({ "/r/tags/0.10.0": RELEASE });
  assert.equal(await releases.notesOf("0.10.0"), "new");
  assert.deepEqual(asked, ["/r/tags/v0.10.0", "/r/tags/0.10.0"]);
  assert.equal(await releases.notesOf("0.1.0"), undefined);
});

for (
  const [what, body] of Object.entries({
    "no JSON": "<html>",
    "no release": { message: "hi" },
    "a tag that is no version": { ...RELEASE, tag_name: "nightly" },
    "more than is sensible": "x".repeat(2_000_001),
  })
) {
  Deno.test(`an answer that is ${what} is an error that says where`, async () => {
    const { releases } = answering({ "/r/latest": body });
    await assert.rejects(releases.latest(), (error: Error) => {
      assert.ok(error instanceof UpgradeError);
      assert.match(error.message, /api\.example/);
      return true;
    });
  });
}

Deno.test("a redirect is followed wherever it leads, and one without end is refused", async () => {
  const asked: string[] = [];
  const releases = new Releases("https://api.example/r", {
    fetch: ((url: URL) => {
      asked.push(url.href);
      return Promise.resolve(
        url.pathname === "/there"
          ? Response.json(RELEASE)
          : Response.redirect(asked.length === 1 ? "https://b.example/there" : url),
      );
    }) as unknown as typeof fetch,
  });
  assert.equal((await releases.latest()).files.get("b")?.href, "https://api.example/r/b");
  assert.deepEqual(asked, ["https://api.example/r/latest", "https://b.example/there"]);
  await assert.rejects(releases.latest(), /redirects more than 5 times/);
});

Deno.test("too many questions to GitHub are called by their name", async () => {
  const { releases } = answering({ "/r/latest": RELEASE }, 403);
  await assert.rejects(releases.latest(), /60 questions an hour/);
});
