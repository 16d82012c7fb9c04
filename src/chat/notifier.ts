/** Says in the chats what runs by itself has to say. */
import { getLogger } from "@logtape/logtape";
import { spawn } from "../base/async/spawn.ts";
import type { Notice, Notifier } from "../jobs/notifier.ts";
import { interruptedButtons } from "./hooks/interrupted.ts";
import { failingButtons } from "./jobs/panel.ts";
import { type Address, keyOf } from "../conversation/address.ts";
import type { Button, Reply, Speaker } from "../conversation/speaker.ts";

const log = getLogger(["ductor", "app"]);

export interface ChatNotifierOptions {
  speaker: Speaker;
  /** The people of the config. */
  users(): readonly number[];
}

export class ChatNotifier implements Notifier {
  readonly #options: ChatNotifierOptions;

  constructor(options: ChatNotifierOptions) {
    this.#options = options;
  }

  async deliver(
    target: Address | undefined,
    markdown: string,
    notice: Notice,
  ): Promise<"queued"> {
    const { title, key, settled } = notice;
    const buttons = buttonsOf(notice);
    const places = this.#places(target);
    const said = await Promise.allSettled(
      places.map((place) => this.#say(place, markdown, key, buttons)),
    );
    const failed = said.filter((one) => one.status === "rejected");
    for (const { reason } of failed) {
      log.error("{title}: a message could not be kept: {error}", { title, error: reason });
    }
    if (failed.length === places.length && failed[0]) throw failed[0].reason;
    const replies = said.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    if (settled) {
      const ends = Promise.all(replies.map(({ delivered }) => delivered));
      spawn(
        "Noting what was delivered",
        ends.then((all) => settled(all.includes("delivered") ? "delivered" : "dropped")),
      );
    }
    return "queued";
  }

  /** A file names the conversation, and agents write files: strangers' chats are not spoken to. */
  #places(target: Address | undefined): Address[] {
    const users = this.#options.users();
    if (target && (target.chatId < 0 || users.includes(target.chatId))) return [target];
    return users.map((chatId) => ({ chatId }));
  }

  /** As an answer of the agent, so that buttons and files in it work. */
  async #say(
    address: Address,
    markdown: string,
    key: string | undefined,
    buttons: Button[][] | undefined,
  ): Promise<Pick<Reply, "delivered">> {
    if (buttons) {
      await this.#options.speaker.say(address, markdown, {
        buttons,
        ...key !== undefined && { id: `${key}@${keyOf(address)}` },
      });
      return { delivered: Promise.resolve("delivered") };
    }
    const reply = this.#options.speaker.reply(
      { address, updateIds: [], userId: 0, text: "" },
      key === undefined ? undefined : { id: `${key}@${keyOf(address)}` },
    );
    reply.text(markdown);
    await reply.finish({ outcome: "answered" });
    return reply;
  }
}

/** What can be done about it right there. */
function buttonsOf({ failing, interrupted }: Notice): Button[][] | undefined {
  if (failing !== undefined) return failingButtons(failing);
  return interrupted === undefined ? undefined : interruptedButtons(interrupted);
}
