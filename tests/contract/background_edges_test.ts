/**
 * Work in the background with the real Claude CLI in every installed generation, where something
 * else happens at the same time: K1.1, K1.3, K1.5.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Brain, Thought } from "../../src/demo/brain/thought.ts";
import { backgroundBrain, type BackgroundScript } from "../support/background_brain.ts";
import { type InChat, inChat } from "./in_chat.ts";

function edge(
  name: string,
  fn: (bench: InChat) => Promise<void>,
  { script, brain = backgroundBrain(script), config }: {
    script?: BackgroundScript;
    brain?: Brain;
    config?: Record<string, unknown>;
  } = {},
) {
  inChat(name, brain, fn, config);
}

const release = ({ home }: InChat) => Deno.writeTextFile(join(home.workspaceDir, "release"), "");

/** Sends it, and waits until this is the newest message. */
async function ask({ alice, texts, until }: InChat, text: string, answer: string) {
  const before = texts().filter((each) => each === answer).length;
  alice.send(text);
  await until(() => texts().filter((each) => each === answer).length > before);
}

const BUSY = "I will come back to you.";
/** What the model says when it is told that something has ended. */
const WOKEN = /^Woken: /;

const failing: Brain = (thought: Thought) =>
  /SUBTASK/.test(thought.text)
    ? [{ fail: { status: 400, type: "invalid_request_error", message: "the sub-agent is broken" } }]
    : backgroundBrain()(thought);

edge("K1.1 a sub-agent that fails is told of", async (bench) => {
  await ask(bench, "delegate", BUSY);
  await bench.until(() => WOKEN.test(bench.texts().at(-1)!));
  assert.deepEqual(bench.texts().slice(0, -1), [BUSY], "what went wrong there is for the agent");
}, { brain: failing });

edge("K1.3 of two tasks that end together each is told of, and nothing is lost", async (bench) => {
  const { model, texts, until } = bench;
  await ask(bench, "start it", BUSY);
  await ask(bench, "start it again", BUSY);
  await release(bench);
  const told = () =>
    model.requests.flatMap(({ body }) => {
      const all = JSON.stringify((body.messages as unknown[]).at(-1));
      return all.match(/<task-id>[^<]+/g) ?? [];
    });
  await until(() => new Set(told()).size === 2);
  await until(() => WOKEN.test(texts().at(-1)!));
  await ask(bench, "and now?", "heard: and now?");
  assert.deepEqual(texts().filter((text) => !WOKEN.test(text)), [BUSY, BUSY, "heard: and now?"]);
});

edge("K1.5 /new ends what runs in the background of the session it leaves", async (bench) => {
  const { alice, texts, until } = bench;
  await ask(bench, "start it", BUSY);
  alice.send("/new");
  await until(() => /^New session/.test(texts().at(-1)!));
  await release(bench);
  await ask(bench, "and now?", "heard: and now?");
  alice.send("/status");
  await until(() => /Kept warm/.test(texts().at(-1)!));
  assert.ok(!/In the background: wait for it/.test(texts().at(-1)!));
  assert.ok(!texts().some((text) => WOKEN.test(text)), "nobody asked for it any more");
});

edge("K1.3 a model that is switched leaves what runs in the background alone", async (bench) => {
  const { alice, texts, until } = bench;
  await ask(bench, "start it", BUSY);
  alice.send("/model sonnet");
  await until(() => /^Model: /.test(texts().at(-1)!));
  await ask(bench, "and now?", "heard: and now?");
  await release(bench);
  await until(() => WOKEN.test(texts().at(-1)!));
  await ask(bench, "and then?", "heard: and then?");
});

edge(
  "K1.5 after a restart in the middle of a sub-agent the conversation goes on",
  async (bench) => {
    const { alice, model, start, stop, texts, until } = bench;
    await ask(bench, "delegate", BUSY);
    await stop();
    await start();
    alice.send("and now?");
    // The CLI tells the model with it what has become of the sub-agent.
    await until(() => /^Woken: |^heard: and now/.test(texts().at(-1)!));
    await ask(bench, "and then?", "heard: and then?");
    const { body } = model.requests.findLast(({ text }) => text.startsWith("and then?"))!;
    assert.match(JSON.stringify(body.messages), /delegate.*and now\?/, "in the same session");
    assert.equal(texts().filter((text) => text === BUSY).length, 1);
  },
);

edge("K1.4 a task that ends during /compact is told of afterwards", async (bench) => {
  const { alice, texts, until } = bench;
  await ask(bench, "zero", "heard: zero");
  await ask(bench, "start it", BUSY);
  alice.send("/compact");
  await release(bench);
  await until(() => texts().includes("The conversation so far is shortened."));
  await until(() => texts().some((text) => WOKEN.test(text)));
  await ask(bench, "and now?", "heard: and now?");
  assert.equal(texts().length, 5, JSON.stringify(texts()));
});
