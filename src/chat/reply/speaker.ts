/** The Telegram side of a conversation: says things through the outbox. */
import { spawn } from "../../base/async/spawn.ts";
import { every } from "../../base/async/timer.ts";
import { getLogger } from "@logtape/logtape";
import type { PermissionDecision } from "../../agents/agent.ts";
import type { Clock } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import { type Address, keyOf } from "../../conversation/address.ts";
import type { Ending } from "../../conversation/ending.ts";
import { titleOf } from "../../conversation/beside.ts";
import type { Places } from "../../conversation/places.ts";
import type { Request } from "../../conversation/request.ts";
import type { Question, Reply, ReplyOptions, Said, Speaker } from "../../conversation/speaker.ts";
import { type Api, failureOf } from "../../telegram/api.ts";
import type { Approvals } from "../approvals/approvals.ts";
import { keyboardOf } from "../buttons.ts";
import { Draft } from "../../telegram/draft.ts";
import type { OutgoingFiles } from "../../telegram/upload/outgoing_files.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Post } from "../../telegram/post.ts";
import { slicesOf } from "../../telegram/render/mod.ts";
import { type Words, wordsOf } from "./ending.ts";
import { texts } from "./texts.ts";
import { type LongAnswers, messagesOf } from "./long_answer.ts";
import { ReplyStream, type Screen } from "./reply_stream.ts";
import { Suggestions } from "./suggestions.ts";

const log = getLogger(["ductor", "telegram"]);

/** "typing…" fades after 5 s. */
const TYPING_EVERY_MS = 4000;

/** Reactions on the user's message; each is one Telegram allows to bots. */
const REACTIONS = {
  working: "👀",
  answered: "👌",
  stopped: "🫡",
  asking: "👀",
  failed: "😢",
  refused: "😢",
} as const;

export interface SpeakerOptions {
  api: Api;
  outbox: Outbox;
  approvals: Approvals;
  clock: Clock;
  config(): Config;
  /** IANA zone of the user. */
  timeZone(): string;
  files: OutgoingFiles;
  /** What may be shown of a text in a chat; as long as it was. */
  hide(chatId: number, text: string): string;
  /** Keeps what is too long for the messages of a chat as a file, and returns its path. */
  keep(chatId: number, parts: Iterable<string>): Promise<string>;
  /** Where conversations work: files of an answer are looked for there. */
  places: Pick<Places, "of">;
}

function headOf(request: Request): string {
  return request.beside === "side" ? texts.aside : texts.background(`\`${codeOf(request)}\``);
}

function codeOf(request: Request): string {
  return titleOf(request).replaceAll("`", "'");
}

export class TelegramSpeaker implements Speaker {
  readonly #options: SpeakerOptions;
  readonly #suggestions: Suggestions;
  /** Cleared for good at the first chat where drafts fail. */
  #drafts = true;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#suggestions = new Suggestions(options.api, options.clock);
  }

  reply(request: Request, options?: ReplyOptions): Reply {
    const { clock, outbox } = this.#options;
    const { address, messageId } = request;
    const config = this.#options.config();
    const post = outbox.open(address, {
      ...this.#replying(address, messageId),
      ...options,
      held: true,
    });
    // Where it works now: the conversation may work elsewhere when the answer is there.
    const folder = this.#options.places.of(
      request.project === undefined ? address : { ...address, project: request.project },
    ).then(({ project }) => project?.folder);
    folder.catch(() => {});
    this.#react(request, "working");
    this.#suggestions.begin(keyOf(address));
    return new ReplyStream({
      post,
      screen: this.#screen(post, address),
      clock,
      verbosity: config.verbosity,
      ...request.beside && { head: headOf(request) },
      ...config.streaming.append_mode && { append: config.streaming },
      long: this.#long(address),
      files: { plan: async (paths) => this.#options.files.plan(paths, await folder) },
      aside: (content) =>
        outbox.send(address, content, { ...this.#replying(address, messageId), silent: true }),
      words: (ending, started) => this.#words(request, ending, started),
      onFinish: ({ outcome }, { keyboard }) => {
        this.#react(request, outcome);
        if (outcome === "answered" && !keyboard) {
          spawn("Showing a suggestion", this.#suggestions.answered(keyOf(address), post));
        }
      },
    });
  }

  /** Shows what the user may want to say next, in the conversation with this key. */
  suggest(key: string, text: string): Promise<void> {
    return this.#suggestions.offer(key, text);
  }

  async end(request: Request, ending: Ending, { id }: Pick<Said, "id"> = {}): Promise<void> {
    const { address, messageId } = request;
    const { note, buttons } = this.#words(request, ending, true);
    await this.say(address, note, {
      buttons,
      ...messageId !== undefined && { replyTo: messageId },
      ...id !== undefined && { id },
    });
  }

  #words({ updateIds }: Request, ending: Ending, started: boolean): Words {
    const { clock, timeZone } = this.#options;
    const now = new Date(clock.now());
    return wordsOf(ending, { started, updateIds, timeZone: timeZone(), now });
  }

  async say(
    address: Address,
    markdown: string,
    { buttons, replyTo, id }: Said = {},
  ): Promise<void> {
    await this.#options.outbox.send(address, {
      ...await messagesOf([...slicesOf(markdown)], [], this.#long(address)),
      ...buttons?.length && { keyboard: keyboardOf(buttons) },
    }, { ...this.#replying(address, replyTo), ...id !== undefined && { id } });
  }

  ask(
    address: Address,
    question: Question,
    signal: AbortSignal,
  ): Promise<PermissionDecision | undefined> {
    return this.#options.approvals.ask(address, question, signal);
  }

  #long({ chatId }: Address): LongAnswers {
    const { config, files, keep, hide } = this.#options;
    return {
      most: config().max_messages_per_answer,
      hide: (text) => hide(chatId, text),
      keep: async (parts) => await files.plan([await keep(chatId, parts)]),
    };
  }

  typing({ chatId, threadId }: Address): Disposable {
    const { api, outbox } = this.#options;
    const stop = new AbortController();
    const act = () => {
      if (outbox.paused(chatId)) return;
      api.raw.sendChatAction({
        chat_id: chatId,
        action: "typing",
        ...threadId !== undefined && { message_thread_id: threadId },
      }, stop.signal as never).catch((error) => {
        if (stop.signal.aborted) return;
        // The indicator is a nicety: no reason to bother anybody.
        log.debug("No typing indicator: {failure}", { failure: failureOf(error) });
      });
    };
    act();
    const timer = every(TYPING_EVERY_MS, act, { clock: this.#options.clock });
    return {
      [Symbol.dispose]() {
        timer[Symbol.dispose]();
        stop.abort();
      },
    };
  }

  #screen(post: Post, target: Address): Screen | undefined {
    const { api, clock, config } = this.#options;
    const { enabled, mode } = config().streaming;
    if (!enabled) return undefined;
    const edits: Screen = { show: (view) => post.show(view), end() {} };
    if (mode !== "draft" || !this.#drafts || target.chatId < 0) return edits;
    let screen: Screen = new Draft({
      api,
      clock,
      target,
      onFailure: () => {
        this.#drafts = false;
        screen = edits;
        if (last) screen.show(last);
      },
    });
    let last: Parameters<Screen["show"]>[0] | undefined;
    return {
      show: (view) => screen.show(last = view),
      end: () => screen.end(),
    };
  }

  #react({ address, messageId }: Request, what: keyof typeof REACTIONS): void {
    const { api, config } = this.#options;
    if (!config().status_reactions || messageId === undefined) return;
    api.raw.setMessageReaction({
      chat_id: address.chatId,
      message_id: messageId,
      reaction: [{ type: "emoji", emoji: REACTIONS[what] }],
    }).catch((error) => log.debug("No reaction: {failure}", { failure: failureOf(error) }));
  }

  /** In a private chat it is plain what an answer belongs to. */
  #replying({ chatId }: Address, replyTo: number | undefined): { replyTo?: number } {
    return chatId < 0 && replyTo !== undefined ? { replyTo } : {};
  }
}
