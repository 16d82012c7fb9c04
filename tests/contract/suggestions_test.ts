/** What Claude thinks the user says next, with the real CLI in every generation. */

import assert from "node:assert/strict";
import type { Thought } from "../../src/demo/brain/thought.ts";
import { buttonsOf } from "../support/buttons.ts";
import { type InChat, inChat } from "./in_chat.ts";

const SUGGESTS = /SUGGESTION MODE/;

function brain({ text }: Thought) {
  return [{ say: SUGGESTS.test(text) ? "run the tests" : `heard: ${text}` }];
}

async function ask({ alice, texts, until }: InChat, text: string): Promise<void> {
  alice.send(text);
  await until(() => texts().at(-1) === `heard: ${text}`);
}

inChat(
  "with suggestions, the next message stands as a button under the answer until another is sent",
  brain,
  async (bench) => {
    const { alice, said, texts, until } = bench;
    const shown = () => said().map((message) => buttonsOf(message).map(({ text }) => text).join());
    await ask(bench, "one");
    await ask(bench, "two");
    await until(() => shown().at(-1) === "run the tests");
    await ask(bench, "three");
    await until(() => shown().join("") === "run the tests" && shown().at(-1) === "run the tests");
    const message = said().at(-1)!;
    await alice.press(message.message_id, buttonsOf(message)[0]!.data);
    await until(() => texts().at(-1) === "heard: run the tests");
    await until(() => buttonsOf(said().find(({ text }) => text === "heard: three")).length === 0);
  },
  { suggestions: true },
);

inChat("without suggestions, none are asked for", brain, async (bench) => {
  for (const text of ["one", "two", "three"]) await ask(bench, text);
  assert.ok(!bench.model.requests.some(({ text }) => SUGGESTS.test(text)));
});
