/**
 * Questions of an agent to its user: may it do this, which of these, is this plan good? They live in
 * memory only: after a restart the agent that asked is gone, and asks again if it was waiting; a late
 * press is told so, and nothing is ever allowed by it. The first answer counts, and stays what the
 * question shows.
 */
import type { Message, User } from "grammy/types";
import type { PermissionDecision } from "../../agents/agent.ts";
import { after } from "../../base/async/timer.ts";
import type { Clock } from "../../base/clock.ts";
import { Remembered } from "../../base/remembered.ts";
import { type Address, keyOf } from "../../conversation/address.ts";
import { stoppedBy } from "../../conversation/conversation.ts";
import type { Question } from "../../conversation/speaker.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Post } from "../../telegram/post.ts";
import { italic } from "../../telegram/text.ts";
import { keyboardOf } from "../buttons.ts";
import { repliedTo } from "../incoming/quotes.ts";
import type { ButtonAction, Press, PressResult } from "../presses.ts";
import { denied, type Ending, type Form, withLine } from "./form.ts";
import { planForm } from "./plans.ts";
import { questionForm } from "./questions.ts";
import { requestForm } from "./requests.ts";
import { texts } from "./texts.ts";

/** Nobody answered for this long: no. */
const EXPIRES_MS = 30 * 60_000;
/** Of how many questions it is remembered that they are over. */
const REMEMBERED = 500;
/** The verb of all buttons; the argument is `ID:WHAT`. */
const VERB = "ask";

interface Open {
  userId: number;
  address: Address;
  post: Post;
  form: Form;
  /** What is written there without replying to it is meant for somebody else. */
  onlyReplies: boolean;
  /** Somebody's answer is on its way, or it is over. */
  taken: boolean;
  /** @returns Whether this ends it. */
  end(ending: Ending): boolean;
}

/** Words of a person, in one or several messages. */
export interface Typed {
  address: Address;
  from: User;
  message: Message;
  text: string;
}

export class Approvals {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  /** Oldest first. */
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
    const { choices, plan } = question;
    const one = (form: Form) => this.#one(address, question, form, signal);
    if (plan !== undefined) return await one(planForm(plan, question));
    if (!choices) return await one(requestForm(question));
    const answers: string[] = [];
    for (const [index, choice] of choices.entries()) {
      const place = { number: index + 1, of: choices.length };
      const decision = await one(questionForm(choice, { ...question, place }));
      if (decision?.behavior !== "answer") return decision;
      answers.push(...decision.answers);
    }
    return { behavior: "answer", answers };
  }

  readonly actions: readonly ButtonAction[] = [
    { verb: VERB, press: (press) => this.#press(press) },
  ];

  #press({ argument, from }: Press): PressResult {
    const [id = "", what = ""] = argument.split(":");
    const over = this.#over.get(id);
    if (over !== undefined) return { keep: true, toast: over };
    const open = this.#open.get(id);
    if (!open) return { toast: texts.toasts.cutOff };
    if (open.taken) return { keep: true, toast: texts.toasts.over };
    if (open.userId !== from.id) return { keep: true, toast: texts.toasts.notYours };
    const pressed = open.form.press(what);
    if (pressed && "toast" in pressed) return { keep: true, toast: pressed.toast };
    if (pressed) open.end(pressed);
    else show(id, open);
    return "keep";
  }

  /**
   * Takes what somebody has written for the answer to a question: to the one it replies to, else to
   * the newest that is open there, which is what stands right above what is written. From now on
   * nothing else answers it.
   *
   * @returns Gives the answer, and says whether it was still wanted. Absent: no question is open.
   */
  take({ address, from, message, text }: Typed): (() => boolean) | undefined {
    const reply = repliedTo(message)?.message_id;
    const open = [...this.#open.values()].findLast((
      { taken, userId, post, onlyReplies, ...open },
    ) =>
      !taken && userId === from.id && keyOf(open.address) === keyOf(address) &&
      (reply === undefined ? !onlyReplies && post.shown.length > 0 : isShown(post, reply))
    );
    if (!open) return undefined;
    open.taken = true;
    return () => open.end(open.form.typed(text));
  }

  async #one(
    address: Address,
    { userId, terminal }: Question,
    form: Form,
    signal: AbortSignal,
  ): Promise<PermissionDecision | undefined> {
    if (signal.aborted) return undefined;
    const id = crypto.randomUUID().slice(0, 8);
    const post = this.#outbox.open(address, { ifLeft: texts.ends.cutOff });
    const over = new AbortController();
    const ending = Promise.withResolvers<Ending>();
    const open: Open = {
      userId,
      address,
      post,
      form,
      onlyReplies: terminal !== undefined,
      taken: false,
      end(how) {
        if (over.signal.aborted) return false;
        open.taken = true;
        over.abort();
        ending.resolve(how);
        return true;
      },
    };
    this.#open.set(id, open);
    show(id, open);
    const why = () => {
      if (stoppedBy(signal) === "asking") return "asksAgain";
      return terminal === undefined ? "takenBack" : "inTerminal";
    };
    const takeBack = () => open.end({ note: texts.ends[why()] });
    signal.addEventListener("abort", takeBack, { once: true, signal: over.signal });
    const late = terminal === undefined
      ? denied(() => texts.ends.late, texts.noAnswer)
      : { note: texts.ends.leftToTerminal };
    using _limit = after(EXPIRES_MS, () => open.end(late), { clock: this.#clock });
    const { decision, note } = await ending.promise;
    this.#open.delete(id);
    this.#over.add(id, texts.toasts[!decision && why() === "asksAgain" ? "asksAgain" : "over"]);
    await post.finish(withLine(form.content, note));
    return decision;
  }
}

function show(id: string, { post, form }: Open): void {
  const rows = form.buttons();
  const keyboard = rows.length === 0 ? undefined : keyboardOf(
    rows.map((row) => row.map(({ label, what }) => ({ label, action: `${VERB}:${id}:${what}` }))),
  );
  const content = withLine(form.content, italic(form.hint));
  post.show(() => ({ ...content, ...keyboard && { keyboard } }));
}

function isShown({ shown }: Post, id: number): boolean {
  return shown.some(({ messageId }) => messageId === id);
}
