import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import type { Call } from "./bridge.ts";
import { Broker, masked, refusal } from "./broker.ts";
import { PathMap } from "./paths.ts";

/** A `ductor` that says what it was called with. */
const ECHO = [
  'for arg in "$@"; do echo "arg=$arg"; [ -f "$arg" ] && cat "$arg"; done',
  'echo "chat=$DUCTOR_CHAT_ID confined=$DUCTOR_CONFINED home=$DUCTOR_HOME secret=$DUCTOR_SUPERVISOR"',
  'cat; [ -n "$DUCTOR_TASK" ] && echo made > made.txt; exit 3',
].join("\n");

async function withBroker(
  fn: (answer: (call: Partial<Call>) => ReturnType<Broker["answer"]>, home: Home) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    const home = new Home(join(folder, "home"));
    await Deno.mkdir(home.configDir, { recursive: true });
    await Deno.mkdir(home.workspaceDir, { recursive: true });
    const mounts = [{ host: home.workspaceDir, inside: "/ductor/workspace" }];
    const broker = new Broker({
      home,
      paths: new PathMap(mounts),
      texts: new PathMap([...mounts, { host: home.root, inside: "/ductor" }]),
      self: ["/bin/sh", "-c", ECHO, "ductor"],
    });
    await fn((call) =>
      broker.answer({
        id: 1,
        argv: [],
        cwd: "/ductor/workspace",
        env: {},
        files: [],
        ...call,
      }, AbortSignal.timeout(10_000)), home);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what agents need is allowed, whatever could lead out is not", () => {
  for (
    const allowed of [
      ["cron", "add"],
      ["webhook", "list"],
      ["send", "x"],
      ["file", "read", "x"],
      ["memory"],
      ["config", "get", "model"],
      ["--help"],
    ]
  ) assert.equal(refusal(allowed), undefined, allowed.join(" "));
  for (
    const refused of [
      [],
      ["start"],
      ["stop"],
      ["upgrade"],
      ["uninstall"],
      ["service", "install"],
      ["config"],
      ["config", "set", "docker.enabled", "false"],
      ["--verbose", "run-bot"],
      ["constructor"],
      ["onboarding", "--help"],
    ]
  ) assert.match(refusal(refused)!, /not possible from inside/, refused.join(" "));
});

Deno.test("a command gets the conversation, stdin and home, and nothing else of the environment", async () => {
  await withBroker(async (answer) => {
    const env = { DUCTOR_CHAT_ID: "-100", DUCTOR_SUPERVISOR: "1", DUCTOR_HOME: "/elsewhere" };
    const { out, code } = await answer({ argv: ["cron", "list"], env, stdin: "from stdin" });
    assert.equal(
      out,
      "arg=cron\narg=list\nchat=-100 confined=1 home=/ductor secret=\nfrom stdin",
    );
    assert.equal(code, 3);
    const forged = await answer({ argv: ["cron"], env: { DUCTOR_CHAT_ID: "1; rm" } });
    assert.match(forged.out, /chat= /);
  });
});

Deno.test("files come with the call and are called as they are inside; what is made goes back", async () => {
  await withBroker(async (answer) => {
    const file = {
      index: 2,
      name: "a.txt",
      folder: "/ductor/workspace/sub",
      data: btoa("content"),
    };
    const { out, made } = await answer({
      argv: ["file", "read", "a.txt"],
      files: [file],
      env: { DUCTOR_TASK: "t-1" },
    });
    assert.match(out, /arg=\/ductor\/workspace\/sub\/a\.txt\ncontent/);
    assert.deepEqual(made, [{ name: "made.txt", data: btoa("made\n") }]);
  });
});

Deno.test("a file's name cannot lead out of its folder", async () => {
  await withBroker(async (answer) => {
    const file = { index: 2, name: "../../../etc/evil", folder: "/x", data: btoa("content") };
    const { out } = await answer({ argv: ["file", "read", "x"], files: [file] });
    assert.match(out, /arg=\/x\/evil\ncontent/);
  });
});

Deno.test("paths of the host are refused; those of the workspace may be sent", async () => {
  await withBroker(async (answer, home) => {
    for (
      const argv of [
        ["file", "read", "/etc/passwd"],
        ["file", "read", "../config/config.json"],
        ["file", "video", "--out=/root/.ssh"],
        ["send", "--file", "/etc/passwd"],
        ["send", "--file=/ductor/config/config.json"],
        ["cron", "add", "--prompt-file", "/etc/passwd"],
      ]
    ) await assert.rejects(answer({ argv }), /There is no file|cannot be used/, argv.join(" "));
    const { out } = await answer({
      argv: ["send", "--file", "/ductor/workspace/a.pdf", "Look at /etc"],
    });
    assert.match(out, /arg=\/ductor\/workspace\/a\.pdf\narg=Look at \/etc/);
    assert.ok(!out.includes(home.root));
  });
});

Deno.test("secrets of the config and the hooks are masked in what is printed", async () => {
  await withBroker(async (answer, home) => {
    await Deno.writeTextFile(
      home.configFile,
      JSON.stringify({ telegram_token: "123456:token", heartbeat: { ack_token: "HEARTBEAT_OK" } }),
    );
    await Deno.writeTextFile(
      home.webhooksFile,
      JSON.stringify({ hooks: [{ hmac_secret: 'quo"ted', old_tokens: ["former-token"] }] }),
    );
    const said = [
      "123456:token",
      'quo"ted',
      "former-token",
      JSON.stringify('quo"ted'),
      "HEARTBEAT_OK",
    ];
    const { out } = await answer({ argv: ["cron", ...said] });
    assert.deepEqual(out.match(/hidden in the sandbox/g)?.length, 4);
    assert.match(out, /HEARTBEAT_OK/);
    assert.ok(!/123456|quo|former/.test(out), out);
  });
  assert.equal(masked("a secret b", ["secret"]), "a (hidden in the sandbox) b");
});
