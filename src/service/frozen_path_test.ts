import assert from "node:assert/strict";
import { frozenPath, type PathSources } from "./frozen_path.ts";

/** A machine with these files; folders are where they are. */
function machine(
  files: string[],
  { os = "linux", env = {}, links = {} }: {
    os?: "linux" | "darwin" | "windows";
    env?: Record<string, string>;
    links?: Record<string, string>;
  } = {},
): PathSources {
  return {
    os,
    env: { get: (name) => env[name] },
    userHome: "/home/me",
    names: (folder) =>
      Promise.resolve([
        ...new Set(
          files.filter((file) => file.startsWith(`${folder}/`))
            .map((file) => file.slice(folder.length + 1).split("/")[0]!),
        ),
      ]),
    isFile: (path) => Promise.resolve(files.includes(path)),
    isFolder: (path) => Promise.resolve(files.some((file) => file.startsWith(`${path}/`))),
    real: (path) => Promise.resolve(links[path] ?? path),
  };
}

const SYSTEM = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
const NVM = "/home/me/.nvm/versions/node";

Deno.test("frozen path of a bare machine is the system's own", async () => {
  assert.equal(await frozenPath("/none", machine([])), SYSTEM);
});

Deno.test("frozen path has the newest Node of nvm by number", async () => {
  const files = ["v9.11.2", "v22.3.0", "v22.10.0"].map((version) => `${NVM}/${version}/bin/node`);
  assert.equal(await frozenPath("/none", machine(files)), `${NVM}/v22.10.0/bin:${SYSTEM}`);
});

Deno.test("frozen path prefers a Node that has a CLI to a newer one", async () => {
  const files = [`${NVM}/v24.0.0/bin/node`, `${NVM}/v20.1.0/bin/claude`];
  assert.equal(await frozenPath("/none", machine(files)), `${NVM}/v20.1.0/bin:${SYSTEM}`);
});

Deno.test("frozen path begins with where the CLIs are found now", async () => {
  const files = ["/odd/bin/codex", "/home/me/.local/bin/claude", "/opt/d/ductor"];
  const env = { PATH: "/odd/bin:/usr/bin:relative/bin" };
  assert.equal(
    await frozenPath("/opt/d", machine(files, { env })),
    `/odd/bin:/home/me/.local/bin:/opt/d:${SYSTEM}`,
  );
});

Deno.test("frozen path follows the links of fnm, which go with the shell", async () => {
  const shell = "/run/user/1000/fnm_multishells/7_1/bin";
  const real = "/home/me/.local/share/fnm/node-versions/v22.1.0/installation/bin";
  const files = [`${shell}/claude`, `${real}/claude`];
  const path = await frozenPath(
    "/none",
    machine(files, { env: { PATH: shell }, links: { [shell]: real } }),
  );
  assert.equal(path, `${real}:${SYSTEM}`);
});

Deno.test("frozen path knows fnm, volta, asdf, mise, pnpm, bun and homebrew", async () => {
  const linux = [
    "/home/me/.local/share/fnm/node-versions/v20.0.0/installation/bin",
    "/home/me/.volta/bin",
    "/home/me/.asdf/shims",
    "/home/me/.asdf/installs/nodejs/22.0.0/bin",
    "/home/me/.local/share/mise/shims",
    "/home/me/.local/share/pnpm",
    "/home/me/.bun/bin",
    "/home/linuxbrew/.linuxbrew/bin",
  ];
  const all = (folders: string[]) => folders.map((folder) => `${folder}/x`);
  assert.equal(await frozenPath("/none", machine(all(linux))), [...linux, SYSTEM].join(":"));
  const mac = [
    "/home/me/Library/Application Support/fnm/node-versions/v20.0.0/installation/bin",
    "/opt/homebrew/bin",
  ];
  const path = await frozenPath("/none", machine(all(mac), { os: "darwin" }));
  assert.equal(path, [...mac, SYSTEM].join(":"));
});

Deno.test("frozen path follows the variables of the version managers", async () => {
  const files = ["/v/bin/x", "/a/shims/x", "/n/versions/node/v20.0.0/bin/node"];
  const env = { VOLTA_HOME: "/v", ASDF_DATA_DIR: "/a", NVM_DIR: "/n" };
  assert.equal(
    await frozenPath("/none", machine(files, { env })),
    `/n/versions/node/v20.0.0/bin:/v/bin:/a/shims:${SYSTEM}`,
  );
});
