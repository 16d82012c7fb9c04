import assert from "node:assert/strict";
import { isTimeZone, resolveTimeZone } from "./timezone.ts";

function resolve(
  configured: string,
  { tz, link, os = "linux", runtime = "" }: {
    tz?: string;
    link?: string;
    os?: typeof Deno.build.os;
    runtime?: string;
  } = {},
) {
  return resolveTimeZone(configured, {
    env: { get: (name) => name === "TZ" ? tz : undefined },
    os,
    readLink: (path) => {
      assert.equal(path, "/etc/localtime");
      if (link === undefined) throw new Deno.errors.NotFound();
      return link;
    },
    runtimeZone: () => runtime,
  });
}

Deno.test("the configured time zone wins", () => {
  assert.deepEqual(resolve(" Europe/Berlin ", { tz: "Asia/Tokyo" }), {
    zone: "Europe/Berlin",
    source: "config",
  });
});

Deno.test("without a configured time zone TZ is taken, then the system's, then UTC", () => {
  const link = "/usr/share/zoneinfo/America/New_York";
  assert.deepEqual(resolve("", { tz: "Asia/Tokyo", link }), { zone: "Asia/Tokyo", source: "TZ" });
  const system = { zone: "America/New_York", source: "system" };
  assert.deepEqual(resolve("", { link }), system);
  assert.deepEqual(resolve("", { tz: "nonsense", link }), system);
  assert.deepEqual(resolve("", { link: "../usr/share/zoneinfo/America/New_York" }), system);
  const fallback = { zone: "UTC", source: "default" };
  assert.deepEqual(resolve(""), fallback);
  assert.deepEqual(resolve("", { link: "/somewhere/else" }), fallback);
});

Deno.test("TZ may begin with a colon or be the path of a zone file", () => {
  assert.equal(resolve("", { tz: ":Europe/Rome" }).zone, "Europe/Rome");
  assert.equal(resolve("", { tz: "/usr/share/zoneinfo/Europe/Rome" }).zone, "Europe/Rome");
});

Deno.test("on Windows the runtime is asked and no link is read", () => {
  const windows = { os: "windows", link: "/usr/share/zoneinfo/Asia/Tokyo" } as const;
  assert.equal(resolve("", { ...windows, runtime: "Europe/Paris" }).zone, "Europe/Paris");
  assert.equal(resolve("", { ...windows, runtime: "W. Europe Standard Time" }).zone, "UTC");
});

Deno.test("a configured time zone that is none is told, and the next is taken", () => {
  const resolved = resolve("Mars/Olympus", { tz: "Asia/Tokyo" });
  assert.equal(resolved.zone, "Asia/Tokyo");
  assert.match(resolved.warning!, /"Mars\/Olympus".*Asia\/Tokyo is used/);
});

Deno.test("isTimeZone() knows names, not offsets", () => {
  for (const good of ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Asia/Kolkata"]) {
    assert.ok(isTimeZone(good), good);
  }
  for (const bad of ["", "+02:00", "Berlin", "Europe", "Europe/Berlin ", "../etc/passwd"]) {
    assert.ok(!isTimeZone(bad), bad);
  }
});

Deno.test("the time zone of this machine can be told", () => {
  assert.ok(isTimeZone(resolveTimeZone("").zone));
});
