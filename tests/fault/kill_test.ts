/**
 * kill -9 of the real program at the moments of a message's way. Whatever the moment: each message is
 * answered once or asked about once, and nothing is said twice.
 */
import assert from "node:assert/strict";
import { type KillBench, withKillBench } from "../support/kill_bench.ts";

const ignore = Deno.build.os === "windows"; // The agent on the PATH is a shell script.

interface Outcome {
  answers: number;
  questions: number;
}

function outcome(bench: KillBench, message: string, answer: string): Outcome {
  const texts = bench.texts();
  return {
    answers: texts.filter((text) => text === answer).length,
    questions:
      texts.filter((text) => text === `I was interrupted while working on “${message}”.`).length,
  };
}

/**
 * Waits until the bot has dealt with it, and with something that was asked after it.
 *
 * @param asked how often it was asked about before
 */
async function settled(
  bench: KillBench,
  message: string,
  answer: string,
  asked = 0,
): Promise<Outcome> {
  await bench.until(() => {
    const { answers, questions } = outcome(bench, message, answer);
    return answers + questions > asked;
  });
  const last = `word ${crypto.randomUUID()}`;
  bench.alice.send(`say: ${last}`);
  await bench.until(() => bench.texts().includes(last));
  return outcome(bench, message, answer);
}

Deno.test({
  name: "killed at any call of a message's way: it is answered once, or asked about once",
  ignore,
  fn: () =>
    withKillBench(async (bench) => {
      const { server, alice } = bench;
      await bench.begin();
      const moments: string[] = [];
      for (let n = 0; n < 8; n++) {
        const [message, answer] = [`say: answer ${n}`, `answer ${n}`];
        const before = server.updates.length;
        alice.send(message);
        const updateId = server.updates[before]!.update_id;
        const delivered = () =>
          server.calls.findIndex(({ method, result }) =>
            method === "getUpdates" &&
            (result as { update_id: number }[] | undefined)?.some((u) => u.update_id === updateId)
          );
        // The n-th call after the one that brought the message.
        await bench.until(() =>
          (delivered() >= 0 && server.calls.length > delivered() + n) ||
          bench.texts().includes(answer)
        );
        moments.push(server.calls[delivered() + n]?.method ?? "the end");
        await bench.kill();
        await bench.begin();
        const { answers, questions } = await settled(bench, message, answer);
        assert.deepEqual([answers + questions, moments.at(-1)], [1, moments.at(-1)]);
      }
      const texts = bench.texts();
      assert.equal(new Set(texts).size, texts.length, "nothing is said twice");
      // Only what is complete is shown, so that an answer cut off cannot pass for one.
    }, { streaming: { enabled: false } }),
});

Deno.test({
  name:
    "killed while an answer is written: it stays as far as it was, is asked about, and runs again",
  ignore,
  fn: () =>
    withKillBench(async (bench) => {
      const message = "count to 12 slowly";
      const answer = Array.from({ length: 12 }, (_, n) => n + 1).join(", ");
      await bench.begin();
      bench.alice.send(message);
      await bench.until(() => bench.texts().some((text) => text.startsWith("1, 2, 3")));
      await bench.kill();
      await bench.begin();
      assert.deepEqual(await settled(bench, message, answer), { answers: 0, questions: 1 });
      const question = bench.said().find(({ text }) => text?.startsWith("I was interrupted"))!;
      await bench.press(question, "Run again");
      await bench.until(() => outcome(bench, message, answer).answers === 1);
      bench.alice.send("say: next");
      await bench.until(() => bench.texts().includes("next"));
      await bench.kill();
      await bench.begin();
      assert.deepEqual(await settled(bench, message, answer), { answers: 1, questions: 1 });
    }),
});

Deno.test({
  name: "K15.2 killed at any call after Run again was pressed in a busy chat: it runs once",
  ignore,
  fn: () =>
    withKillBench(async (bench) => {
      const { server, alice } = bench;
      const working = async (message: string) => {
        const works = bench.call(({ method }) => method === "sendChatAction");
        alice.send(message);
        await works;
      };
      await bench.begin();
      const moments: string[] = [];
      for (let n = 0; n < 5; n++) {
        const message = `count to ${3 + n} slowly`;
        const answer = Array.from({ length: 3 + n }, (_, i) => i + 1).join(", ");
        const question = () =>
          bench.said().find(({ text }) => text?.startsWith("I was") && text.includes(message));
        await working(message);
        await bench.kill();
        await bench.begin();
        await bench.until(question);
        await working("count to 100 slowly");
        bench.press(question()!, "Run again").catch(() => {});
        const pressed = server.updates.at(-1)!.update_id;
        const delivered = () =>
          server.calls.findIndex(({ method, result }) =>
            method === "getUpdates" &&
            (result as { update_id: number }[] | undefined)?.some((u) => u.update_id === pressed)
          );
        // What the press makes the bot call, behind the call that brought it.
        const after = () =>
          delivered() < 0
            ? []
            : server.calls.slice(delivered()).filter(({ method }, index) =>
              index === 0 || !["sendChatAction", "getUpdates"].includes(method)
            );
        if (n === 0) {
          // All of it is noted: the notes have an order.
          const before = bench.said().length;
          alice.send("/help");
          await bench.until(() =>
            bench.texts().slice(before).some((text) => text.includes("/interrupt"))
          );
          moments.push("the end");
        } else {
          await bench.until(() => after().length >= n);
          moments.push(after()[n - 1]!.method);
        }
        await bench.kill();
        await bench.begin();
        assert.deepEqual(
          [await settled(bench, message, answer, 1), moments],
          [{ answers: 1, questions: 1 }, moments],
        );
      }
      assert.equal(moments.length, new Set(moments).size);
    }, { streaming: { enabled: false } }),
});

Deno.test({
  name: "killed between the pieces of a long answer, or before Telegram's answer to one came",
  ignore,
  fn: () =>
    withKillBench(async (bench) => {
      const { server, alice } = bench;
      await bench.begin();
      alice.send("long 12000");
      alice.send("say: that was it");
      await bench.until(() => bench.texts().includes("that was it"));
      const pieces = bench.texts().filter((text) => text !== "that was it");
      assert.ok(pieces.length >= 3);
      for (const fault of ["hang", "hang_after"] as const) {
        for (const index of [1, 2]) {
          const before = bench.said().length;
          const start = pieces[index]!.slice(0, 40);
          server.faults.add({
            method: "sendMessage",
            when: ({ text }) => String(text).startsWith(start),
            fault,
            times: 1,
          });
          alice.send("long 12000");
          await bench.call(({ payload }) => String(payload.text).startsWith(start));
          if (fault === "hang_after") await bench.until(() => bench.said().length > before + index);
          await bench.kill();
          await bench.begin();
          const now = () => bench.texts().slice(before);
          const last = `after ${fault} ${index}`;
          const asked = () => now().some((text) => text.startsWith("I was interrupted"));
          const whole = () =>
            now().filter((text) => pieces.includes(text)).join("") === pieces.join("");
          await bench.until(whole);
          alice.send(`say: ${last}`);
          await bench.until(() => now().includes(last));
          const again = now().filter((text) => pieces.includes(text));
          assert.equal(new Set(again).size, again.length, "no piece stands twice");
          assert.ok(whole() && !asked(), "it is complete, and not asked about");
        }
      }
    }, { streaming: { enabled: false } }),
});
