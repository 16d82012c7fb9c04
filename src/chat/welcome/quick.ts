/**
 * The quick actions under the welcome: a label, and what the agent is asked when it is pressed, as if
 * that had been typed.
 */
import { type AnswerNeeds, takeAnswer } from "../incoming/user_answer.ts";
import type { ButtonAction } from "../presses.ts";

export interface Quick {
  label: string;
  prompt: string;
}

/** By the argument of their buttons (`hello:1`); these stand in old chats, so they stay as they are. */
const QUICK: ReadonlyMap<string, Quick> = new Map([
  ["1", {
    label: "👋 Let's get to know each other",
    prompt:
      "Let us get to know each other. Ask me, one question at a time and in a relaxed tone, " +
      "what you need to be a good assistant to me: what I am called, what I work on, which tools " +
      "and languages I use, how I like answers to be, what I want you to take off my hands. Offer " +
      "buttons where a choice is enough. When you know the essentials, or when I have had enough, " +
      "write what is worth keeping to memory_system/MAINMEMORY.md and tell me in a few lines what " +
      "you have noted.",
  }],
  ["2", {
    label: "🔎 Look around on this machine",
    prompt: "Have a look at the machine you run on, without changing anything: operating system, " +
      "processor, memory and free disk space, which programming languages and tools are " +
      "installed, and what is in your workspace. Sum it up for reading on a phone, name what " +
      "stands out, and suggest three things that you could do for me here.",
  }],
  ["3", {
    label: "💡 Tell me what you can do",
    prompt:
      "Introduce yourself: who you are, how you reach me through this chat, and what you can " +
      "do for me here, with concrete examples (answering and researching, working with files and " +
      "code, remembering things, doing things on a schedule). Keep it short enough for a phone. " +
      "Then ask who I am and what I would like to begin with.",
  }],
]);

export function quickOf(key: string): Quick | undefined {
  return QUICK.get(key);
}

export function quickButtons(): { label: string; action: string }[][] {
  return [...QUICK].map(([key, { label }]) => [{ label, action: `hello:${key}` }]);
}

/** Buttons: `hello:KEY`. */
export function quickAction(needs: AnswerNeeds): ButtonAction {
  return {
    verb: "hello",
    press(press) {
      const quick = quickOf(press.argument);
      return quick && takeAnswer(press, { label: quick.label, text: quick.prompt }, needs);
    },
  };
}
