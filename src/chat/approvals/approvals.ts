/**
 * Questions of an agent to its user: may it do this, and which of these? They live in memory only:
 * after a restart the agent that asked is gone, and asks again if it was waiting; a late press is
 * told so, and nothing is ever allowed by it. The first answer counts, and stays what the question shows.
 */
import { after } from "../../base/async/timer.ts";
import { Remembered } from "../../base/remembered.ts";
import { cut, shorten } from "../../base/text.ts";
import type { Message } from "grammy/types";
import type { Choice, PermissionDecision } from "../../agents/agent.ts";
import type { Clock } from "../../base/clock.ts";
import type { Address } from "../../conversation/address.ts";
import { stoppedBy } from "../../conversation/conversation.ts";
import type { Button, Question } from "../../conversation/speaker.ts";
import type { ButtonAction, Press, PressResult } from "../presses.ts";
import { keyboardOf } from "../buttons.ts";
import { type Content, MESSAGE_LIMIT } from "../../telegram/content.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Post } from "../../telegram/post.ts";
import { render, split } from "../../telegram/render/mod.ts";
import { texts } from "./texts.ts";

/** Nobody answered for this long: no. */
const EXPIRES_MS = 30 * 60_000;
/** Of how many questions it is remembered that they are over. */
const REMEMBERED = 500;
/** Longest detail shown, UTF-16 units; the whole fits one message with its buttons. */
const DETAIL = 2500;
/** Longest label of an option. */
const LABEL = 60;

/** How an open question ends: a decision and what the chat shows for it. */
interface Ending {
  decision?: PermissionDecision;
  note: string;
}

interface Open {
  userId: number;
  post: Post;
  choice: Choice | undefined;
  end(ending: Ending): void;
}

export class Approvals {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #open = new Map<string, Open>();
  /** The word for who presses a question of this run that is over; its buttons may still stand. */
  readonly #over = new Remembered<string, string>(REMEMBERED);

  constructor(outbox: Outbox, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** See `Speaker.ask`. */
  async ask(
    address: Address,
    question: Question,
    signal: AbortSignal,
  ): Promise<PermissionDecision | undefined> {
    if (!question.choices) {
      const markdown = texts.allow(question.title) + fenced(question.detail);
      return await this.#one(address, question.userId, markdown, undefined, signal);
    }
    const answers: string[] = [];
    for (const choice of question.choices) {
      const markdown = texts.choose(choice.question);
      const decision = await this.#one(address, question.userId, markdown, choice, signal);
      if (decision?.behavior !== "answer") return decision;
      answers.push(...decision.answers);
    }
    return { behavior: "answer", answers };
  }

  /** Its buttons: `allow:ID:once|session|deny`, `pick:ID:INDEX`. */
  readonly actions: readonly ButtonAction[] = ["allow", "pick"].map((verb) => ({
    verb,
    press: (press) => this.#press(press),
  }));

  #press({ argument, from }: Press): PressResult {
    const [id = "", what = ""] = argument.split(":");
    const over = this.#over.get(id);
    if (over !== undefined) return { keep: true, toast: over };
    const open = this.#open.get(id);
    if (!open) return { toast: texts.toasts.cutOff };
    if (open.userId !== from.id) return { keep: true, toast: texts.toasts.notYours };
    if (open.choice) {
      const answer = open.choice.options[Number(what)];
      if (answer !== undefined) open.end(answered(answer));
    } else if (what === "once") {
      open.end({ decision: { behavior: "allow" }, note: texts.ends.once });
    } else if (what === "session") {
      open.end({ decision: { behavior: "allow_session" }, note: texts.ends.session });
    } else open.end(denied());
    return "keep";
  }

  /** A reply to an open question: another answer, or the reason for a no. */
  replied(message: Message, text: string): boolean {
    const to = message.reply_to_message?.message_id;
    if (to === undefined) return false;
    for (const open of this.#open.values()) {
      if (open.userId !== message.from?.id) continue;
      if (!open.post.shown.some(({ messageId }) => messageId === to)) continue;
      if (open.post.target.chatId !== message.chat.id) continue;
      open.end(open.choice ? answered(text) : denied(text));
      return true;
    }
    return false;
  }

  async #one(
    address: Address,
    userId: number,
    markdown: string,
    choice: Choice | undefined,
    signal: AbortSignal,
  ): Promise<PermissionDecision | undefined> {
    if (signal.aborted) return undefined;
    const id = crypto.randomUUID().slice(0, 8);
    const pieces = split(render(markdown)).slice(0, 1);
    const post = this.#outbox.open(address, { ifLeft: texts.ends.cutOff });
    const keyboard = keyboardOf(choice ? optionButtons(id, choice) : allowButtons(id));
    const over = new AbortController();
    const asksAgain = () => stoppedBy(signal) === "asking";
    let limit: Disposable | undefined;
    const ending = await new Promise<Ending>((resolve) => {
      this.#open.set(id, { userId, post, choice, end: resolve });
      post.show(() => ({ pieces, keyboard }));
      const takeBack = () => resolve({ note: texts.ends[asksAgain() ? "asksAgain" : "takenBack"] });
      signal.addEventListener("abort", takeBack, { once: true, signal: over.signal });
      limit = after(EXPIRES_MS, () => {
        resolve({ ...denied(texts.noAnswer), note: texts.ends.late });
      }, { clock: this.#clock });
    });
    limit?.[Symbol.dispose]();
    over.abort();
    this.#open.delete(id);
    this.#over.add(id, texts.toasts[!ending.decision && asksAgain() ? "asksAgain" : "over"]);
    await post.finish(withNote({ pieces }, ending.note));
    return ending.decision;
  }
}

function answered(answer: string): Ending {
  return { decision: { behavior: "answer", answers: [answer] }, note: texts.ends.answered(answer) };
}

function denied(reason?: string): Ending {
  return {
    decision: { behavior: "deny", ...reason !== undefined && { reason } },
    note: texts.ends.denied(reason),
  };
}

function withNote({ pieces: [piece] }: Content, note: string): Content {
  const text = `${piece?.text ?? ""}\n\n${note}`.trim();
  return { pieces: [{ text: cut(text, MESSAGE_LIMIT), entities: piece?.entities ?? [] }] };
}

function fenced(detail: string): string {
  if (detail === "") return "";
  const short = shorten(detail, DETAIL);
  // Longer than any fence inside, so that the detail cannot end it.
  const fence = "`".repeat(
    Math.max(3, ...(short.match(/`+/g) ?? []).map(({ length }) => length + 1)),
  );
  return `\n\n${fence}\n${short}\n${fence}`;
}

function allowButtons(id: string): Button[][] {
  const { once, session, deny } = texts.buttons;
  return [
    [{ label: once, action: `allow:${id}:once` }, { label: deny, action: `allow:${id}:deny` }],
    [{ label: session, action: `allow:${id}:session` }],
  ];
}

export function optionButtons(id: string, { options }: Choice): Button[][] {
  return options.map((option, index) => [{
    label: shorten(option, LABEL),
    action: `pick:${id}:${index}`,
  }]);
}
