import assert from "node:assert/strict";
import { Bridge } from "./bridge.ts";
import { FakeLauncher } from "../../tests/support/fake_child.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { JUNK, spoiltOnce } from "../../tests/support/junk.ts";

const CALL = {
  type: "call",
  id: 7,
  argv: ["send", "hello"],
  cwd: "/ductor/workspace",
  env: { A: "1" },
  files: [{ index: 1, name: "a", folder: "/x", data: "" }],
};

Deno.test("K10.2 bridge: whatever is wrong in a line from the container costs that line", async () => {
  const host = new FakeLauncher();
  host.onLaunch = (child) => {
    child.onWrite = ({ type }) => {
      if (type !== "client") return;
      const wrong = [{ type: "ready" }, { type: "killed", id: 1, left: 0 }, { type: "gone", id: 7 }]
        .flatMap((line) => [...spoiltOnce(line)]);
      child.say(...JUNK, ...wrong, ...spoiltOnce(CALL), { type: "ready" });
    };
  };
  const called: string[] = [];
  const bridge = await Bridge.start({
    host,
    command: "docker",
    container: "c",
    cwd: "/",
    answer: ({ argv }) => {
      called.push(argv.join(" "));
      return Promise.resolve({ code: 0, out: "", err: "" });
    },
  });
  await settle();
  const [child] = host.children;
  child!.say({ ...CALL, argv: ["memory"] });
  await settle();
  assert.equal(called.at(-1), "memory");
  assert.deepEqual(child!.written.at(-1), { type: "answer", id: 7, code: 0, out: "", err: "" });
  await bridge.close();
});
