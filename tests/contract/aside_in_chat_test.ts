/** The whole bot with the real CLIs: side questions and tasks beside a long turn. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Brain } from "../../src/demo/brain/thought.ts";
import type { ModelRequest } from "../support/model_server.ts";
import { codexInChat, inChat } from "./in_chat.ts";

const brain: Brain = (thought) => {
  const { body, text, toolResults } = thought as ModelRequest;
  const knows = /the secret is 42/.test(JSON.stringify(body.messages ?? body.input));
  if (/^(what|sum)/.test(text)) return [{ say: knows ? "It is 42." : "I do not know." }];
  if (toolResults.length > 0) return [{ say: "Built all of it." }];
  if (/^build/.test(text)) {
    return [{ run: "until [ -e release ]; do sleep 0.1; done; echo x" }];
  }
  return [{ say: `heard: ${text.split("\n")[0]}` }];
};

for (const each of [inChat, codexInChat]) {
  each(
    "aside: /side and /bg know the conversation and leave its long turn alone",
    brain,
    async (bench) => {
      const { alice, bot, cliHome, home, model, texts, until } = bench;
      alice.send("the secret is 42");
      await until(() => texts().at(-1) === "heard: the secret is 42");
      await bot.settled();
      const kept = () => recordsIn(cliHome);
      // A CLI may write its record of the session a moment late.
      let before = await kept();
      while (before.length === 0) before = await kept();
      alice.send("build");
      await until(() => model.requests.length === 2);
      alice.send("/side what is the secret?");
      await until(() => texts().includes("Aside: It is 42."));
      alice.send("/bg sum it up");
      await until(() => texts().includes("In the background: sum it up\n\nIt is 42."));
      await Deno.writeTextFile(join(home.workspaceDir, "release"), "");
      await until(() => texts().at(-1) === "Built all of it.");
      await bot.settled();
      alice.send("hello");
      await until(() => texts().at(-1) === "heard: hello");
      const asked = JSON.stringify(model.requests.at(-1)!.body);
      assert.match(asked, /Built all of it/, "the session goes on");
      assert.doesNotMatch(asked, /It is 42\./, "and has nothing of the others");
      assert.deepEqual(await kept(), before, "the copies are gone");
    },
  );
}

/** The sessions that a CLI keeps, by their files. */
async function recordsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await recordsIn(join(folder, name)));
    else if (/^(rollout|[0-9a-f]{8}-).*\.jsonl$/.test(name)) found.push(name);
  }
  return found.sort();
}
