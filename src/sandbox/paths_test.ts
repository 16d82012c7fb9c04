import assert from "node:assert/strict";
import { PathMap } from "./paths.ts";

const map = new PathMap([
  { host: "/root/.ductor/workspace", inside: "/ductor/workspace" },
  { host: "/root/.ductor/workspace/tools", inside: "/ductor/workspace/tools" },
  { host: "/root/.ductor/state/sandbox/home", inside: "/home/agent" },
]);

Deno.test("a path of a mounted folder has a name inside, and back", () => {
  for (
    const [host, inside] of [
      ["/root/.ductor/workspace", "/ductor/workspace"],
      ["/root/.ductor/workspace/a/b.txt", "/ductor/workspace/a/b.txt"],
      ["/root/.ductor/workspace/tools/x", "/ductor/workspace/tools/x"],
      ["/root/.ductor/state/sandbox/home/x", "/home/agent/x"],
    ] as const
  ) {
    assert.equal(map.inside(host), inside);
    assert.equal(map.host(inside), host);
  }
});

Deno.test("what is not mounted has no name, whatever dots are in it", () => {
  assert.equal(map.inside("/root/.ductor/config/config.json"), undefined);
  assert.equal(map.inside("/root/.ductor/workspace2/x"), undefined);
  assert.equal(map.inside("/root/.ductor/workspace/../config/config.json"), undefined);
  assert.equal(map.host("/ductor/config/config.json"), undefined);
  assert.equal(map.host("/ductor/workspace/../config/config.json"), undefined);
  assert.equal(map.host("/etc/passwd"), undefined);
  assert.equal(map.host("relative"), undefined);
});

Deno.test("paths in a text are renamed, and only whole ones", () => {
  const renamed = (text: string) => map.textInside(text);
  assert.equal(
    renamed('{"text":"see /root/.ductor/workspace/a.png, and /root/.ductor/workspace."}'),
    '{"text":"see /ductor/workspace/a.png, and /ductor/workspace."}',
  );
  for (
    const kept of [
      "/root/.ductor/workspace2",
      "/root/.ductor/workspace-old/x",
      "/x/root/.ductor/workspace",
    ]
  ) {
    assert.equal(renamed(kept), kept);
  }
});

Deno.test("a path of Windows is renamed in JSON too", () => {
  const windows = new PathMap([{ host: "C:\\Users\\me\\w", inside: "/ductor/workspace" }]);
  assert.equal(windows.textInside('"C:\\\\Users\\\\me\\\\w"'), '"/ductor/workspace"');
  assert.equal(windows.host("/ductor/workspace/a/b"), "C:\\Users\\me\\w\\a\\b");
});
