import { strict as assert } from "node:assert";
import { AgentError } from "../agent.ts";
import { appServerArgs, effortOf, policyOf, sandboxPolicy } from "./settings.ts";

Deno.test("permission modes become approval policies and sandboxes of codex", () => {
  assert.deepEqual(
    (["bypassPermissions", "acceptEdits", "default", "plan"] as const).map((mode) =>
      Object.values(policyOf(mode)).join(" ")
    ),
    [
      "never danger-full-access",
      "on-request workspace-write",
      "untrusted workspace-write",
      "never read-only",
    ],
  );
});

Deno.test("a sandbox spelled out keeps the user's own settings of it", () => {
  const config = {
    sandbox_workspace_write: { writable_roots: ["/data"], network_access: true },
  };
  assert.deepEqual(sandboxPolicy("workspace-write", config), {
    type: "workspaceWrite",
    writableRoots: ["/data"],
    networkAccess: true,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false,
  });
  assert.deepEqual(sandboxPolicy("workspace-write", { sandbox_workspace_write: null }), {
    type: "workspaceWrite",
    writableRoots: [],
    networkAccess: false,
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false,
  });
  assert.deepEqual(sandboxPolicy("read-only", config), { type: "readOnly", networkAccess: false });
});

Deno.test("an effort of nothing or default is left to codex", () => {
  assert.deepEqual([undefined, "", "default", "high"].map(effortOf), [
    undefined,
    undefined,
    undefined,
    "high",
  ]);
});

Deno.test("settings and features reach the app server in every spelling", () => {
  const args = [
    "-c",
    "a=1",
    "--config=b=2",
    "-cc=3",
    "--enable",
    "x",
    "--disable=y",
    "--strict-config",
  ];
  assert.deepEqual(appServerArgs(args), args);
  assert.deepEqual(appServerArgs(["--skip-git-repo-check", "--json"]), []);
});

Deno.test("K6.3 what the Python program passed to codex exec becomes the setting it stands for", () => {
  const cases: [string[], string[]][] = [
    [["-m", "gpt"], ["-c", 'model="gpt"']],
    [["--model=gpt"], ["-c", 'model="gpt"']],
    [["--search"], ["-c", "web_search=live"]],
    [
      ["--add-dir", "/x", "-c", "a=b", "--add-dir=/y z"],
      ["-c", "a=b", "-c", 'sandbox_workspace_write.writable_roots=["/x","/y z"]'],
    ],
  ];
  for (const [given, args] of cases) assert.deepEqual(appServerArgs(given), args);
});

Deno.test("arguments the app server would ignore or refuse are refused with what to do instead", () => {
  const cases: [string[], RegExp][] = [
    [["--sandbox", "read-only"], /permission_mode/],
    [["--yolo"], /permission_mode/],
    [["--profile", "p"], /no profiles.*key=value/],
    [["--add-dir"], /needs a value/],
    [["stray"], /"stray"/],
    [["-c"], /needs a value/],
  ];
  for (const [args, words] of cases) {
    assert.throws(() => appServerArgs(args), (error: unknown) => {
      assert.ok(error instanceof AgentError);
      assert.equal(error.kind, "refused");
      assert.match(error.message, /cli_parameters\.codex/);
      assert.match(error.message, words);
      return true;
    });
  }
});
