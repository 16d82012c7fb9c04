/** What an agent asks of its own bot in a shell happens after its turn, and is said in the chat. */
import assert from "node:assert/strict";
import { acquireInstance } from "../../src/app/instance_lock.ts";
import { beginLife } from "../../src/app/life.ts";
import { Home } from "../../src/config/home.ts";
import { LIFE } from "../../src/process/launcher.ts";
import { leaveWish } from "../../src/service/agent_wish.ts";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { ductorOn } from "../support/ductor.ts";
import { TempFolder } from "../support/temp_folder.ts";

const CASES = [
  { argv: ["restart"], does: "restart", says: /asked for ductor restart\. Restarting/ },
  { argv: ["start", "--replace"], does: "restart", says: /asked for ductor start --replace/ },
  { argv: ["stop"], does: "leave", says: /asked for ductor stop\. ductor ends now/ },
  { argv: ["service", "stop"], does: "leave", says: /asked for ductor service stop/ },
  { argv: ["upgrade"], does: "run upgrade", says: /asked for ductor upgrade\. It runs now/ },
];

for (const { argv, does, says } of CASES) {
  Deno.test(`K13.3 an agent's ductor ${argv.join(" ")} waits for its turn, and is said`, async () => {
    const done: string[] = [];
    const bot = {
      restart: () => void done.push("restart"),
      leave: () => void done.push("leave"),
      runOutside: (argv: readonly string[]) => void done.push(`run ${argv.join(" ")}`),
    };
    await withBot(async ({ alice, bot, claude, home, texts, until }) => {
      const gate = Promise.withResolvers<void>();
      claude.script = async function* () {
        await leaveWish(home, { argv, chat_id: ALICE });
        yield { type: "text", text: "It happens when I have ended." };
        await gate.promise;
      };
      alice.send("please");
      await until(() => texts().length > 0);
      // It has been taken, and waits.
      await until(() => {
        try {
          return !Deno.statSync(home.agentWishFile);
        } catch {
          return true;
        }
      });
      assert.deepEqual(done, []);
      gate.resolve();
      await until(() => done.length > 0);
      await bot.settled();
      assert.deepEqual(done, [does]);
      // Which is below the other does not matter: the answer is moved down when it would not ring.
      const [answer, word] = texts().toSorted((one) => one.startsWith("It happens") ? -1 : 1);
      assert.equal(answer, "It happens when I have ended.");
      assert.match(word!, says);
    }, { bot });
  });
}

Deno.test("K13.3 commands that end the bot return at once to its agent, and do nothing", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"), temp.path);
  await Deno.mkdir(home.stateDir, { recursive: true });
  using _bot = await acquireInstance(home, "bot");
  const life = await beginLife(home);
  const asAgent = ductorOn(home.root, { DUCTOR_CHILD: `${LIFE}.1`, DUCTOR_CHAT_ID: "7" });
  for (
    const argv of [
      ["restart"],
      ["stop"],
      ["start", "--replace"],
      ["upgrade"],
      ["service", "install"],
      ["service", "uninstall"],
    ]
  ) {
    const { code, stdout, stderr } = await asAgent(...argv);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^`ductor [^`]+` happens when your turn has ended, and the user is told:/);
    assert.equal(stdout.trim().split("\n").length, 1);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(home.agentWishFile)), { argv, chat_id: 7 });
    await Deno.remove(home.agentWishFile);
  }
  await asAgent("service", "status");
  await assert.rejects(Deno.stat(home.agentWishFile), Deno.errors.NotFound, "that only looks");
  await life.end();
});
