/** `/login`, with programs that print what the real ones do. */
import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { TempFolder } from "../support/temp_folder.ts";

const CODE = "ac_0123456789abcdefghij#state-0123456789";

const CLAUDE = `#!/bin/sh
echo "$$" > "$HOME/claude.pid"
echo "Opening browser to sign in…"
echo "If the browser didn't open, visit: https://claude.com/cai/oauth/authorize?code=true"
printf 'Paste code here if prompted > '
read -r code
echo "$code" > "$HOME/code"
[ "$code" = "${CODE}" ] && exit 0
echo "Login failed: getaddrinfo ENOTFOUND platform.claude.com" >&2
exit 1
`;

const CODEX = `#!/bin/sh
printf '\\nWelcome to Codex\\n\\n1. Open this link in your browser and sign in to your account\\n'
printf '   \\033[94mhttps://auth.openai.com/codex/device\\033[0m\\n\\n2. Enter this one-time code\\n'
printf '   \\033[94mABCD-12345\\033[0m\\n\\n'
until [ -e "$HOME/granted" ]; do sleep 0.05; done
exit 0
`;

type Bench = BotBench & { folder: TempFolder };

async function withPrograms(fn: (bench: Bench) => Promise<void>): Promise<void> {
  await using folder = await TempFolder.make();
  for (const [name, text] of Object.entries({ claude: CLAUDE, codex: CODEX })) {
    await Deno.writeTextFile(folder.at(name), text, { mode: 0o755 });
  }
  const env = () => ({ PATH: `${folder.path}:/usr/bin:/bin`, HOME: folder.path });
  const launcher = new HostLauncher({ env });
  await withBot((bench) => fn({ ...bench, folder }), { bot: { launcher } });
}

const says = ({ texts, until }: BotBench, start: string) =>
  until(() => texts().some((text) => text.startsWith(start)));

const unix = { ignore: Deno.build.os === "windows" };

Deno.test(
  "login: the link comes, the code goes to the program and to nobody else",
  unix,
  () =>
    withPrograms(async (bench) => {
      const { alice, bot, claude, folder, home, server, until, texts } = bench;
      alice.send("/login claude");
      await says(bench, "You get a code at the end.");
      assert.ok(
        texts().some((text) => text.includes("https://claude.com/cai/oauth/authorize?code=true")),
      );
      const { message_id } = alice.send(CODE);
      await says(bench, "✅ Claude Code is logged in.");
      await bot.settled();
      assert.equal(await Deno.readTextFile(folder.at("code")), `${CODE}\n`);
      assert.ok(
        server.calls.some(({ method, payload }) =>
          method === "deleteMessage" && payload.message_id === message_id
        ),
      );
      for (const file of [home.inboxFile, home.outboxFile]) {
        assert.ok(!(await Deno.readTextFile(file)).includes(CODE), file);
      }
      assert.equal(claude.turns.length, 0);
      // Afterwards what is written is for the agent again.
      alice.send("hello");
      await until(() => texts().at(-1) === "You said: hello");
    }),
);

Deno.test(
  "login: why it did not work is said, in the program's words",
  unix,
  () =>
    withPrograms(async (bench) => {
      bench.alice.send("/login claude");
      await says(bench, "You get a code at the end.");
      bench.alice.send("wrong_0123456789abcdefghij");
      await says(
        bench,
        "⚠️ The login to Claude Code did not work: Login failed: getaddrinfo ENOTFOUND",
      );
    }),
);

Deno.test(
  "login: the code for a device is shown, and its end told",
  unix,
  () =>
    withPrograms(async (bench) => {
      const { alice, folder, texts } = bench;
      alice.send("/login codex");
      await says(bench, "There, enter this code");
      assert.ok(texts().some((text) => text.includes("ABCD-12345")));
      assert.ok(texts().some((text) => text.endsWith("https://auth.openai.com/codex/device")));
      await Deno.writeTextFile(folder.at("granted"), "");
      await says(bench, "✅ Codex");
    }),
);

Deno.test(
  "login: a second one and /stop end the program that waits",
  unix,
  () =>
    withPrograms(async (bench) => {
      const { alice, claude, folder, texts, until } = bench;
      const gone = async (pid: string) => {
        while (await Deno.stat(`/proc/${pid}`).then(() => true, () => false)) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      alice.send("/login claude");
      await says(bench, "You get a code at the end.");
      const first = (await Deno.readTextFile(folder.at("claude.pid"))).trim();
      alice.send("/login claude");
      await until(() => texts().filter((text) => text.startsWith("You get a code")).length === 2);
      if (Deno.build.os === "linux") await gone(first);
      const second = (await Deno.readTextFile(folder.at("claude.pid"))).trim();
      alice.send("/stop");
      await says(bench, "⏹ Stopped. Ended in the background: the login to Claude Code.");
      if (Deno.build.os === "linux") await gone(second);
      alice.send(CODE);
      await until(() => claude.turns.length === 1);
    }),
);

Deno.test(
  "login: only for the owner, in their private chat, and for an agent that can",
  unix,
  () =>
    withPrograms(async (bench) => {
      const { alice, bob, texts, until } = bench;
      alice.send("/login");
      await says(bench, "Say which: /login claude, /login codex.");
      bob.send("/login claude");
      await until(() =>
        texts(1002).includes("Only the owner can log in, in the private chat with me.")
      );
    }),
);

Deno.test(
  "login: a message that says that nobody is logged in offers it",
  unix,
  () =>
    withPrograms(async (bench) => {
      const { alice, claude, said, until } = bench;
      claude.script = async function* (): AsyncIterable<AgentEvent> {
        yield { type: "error", kind: "auth", message: "Claude is not logged in." };
      };
      alice.send("hello");
      const failed = () => said().find(({ text }) => text?.includes("not logged in"));
      await until(() => buttonsOf(failed()).length > 0);
      assert.deepEqual(buttonsOf(failed()).map(({ text }) => text), ["Log in", "Try again"]);
      await alice.press(failed()!.message_id, buttonsOf(failed())[0]!.data);
      await says(bench, "You get a code at the end.");
    }),
);
