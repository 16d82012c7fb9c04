/** Tells in the chat what an agent asked of its own bot, and has it done when its turn has ended. */
import { getLogger } from "@logtape/logtape";
import type { Home } from "../config/home.ts";
import type { Address } from "../conversation/address.ts";
import type { Conversations } from "../conversation/conversations.ts";
import { writeRestartSentinel } from "../service/restart.ts";
import type { AgentWish } from "../service/agent_wish.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "chat"]);

/** What a bot can do to itself. */
export interface Endings {
  /** Ends it so that it is started again; absent: nothing would start it. */
  restart?(): void;
  /** Ends it for good. */
  leave?(): void;
  /** Runs this program outside of the bot, which it may end. */
  runOutside?(argv: readonly string[]): void;
}

export interface WishesOptions extends Endings {
  home: Home;
  conversations: Pick<Conversations, "at">;
  /** Says it there; without an address to the owner. Resolves when it is kept. */
  say(address: Address | undefined, text: string): Promise<void>;
}

export async function grantWish(wish: AgentWish, options: WishesOptions): Promise<void> {
  const { home, conversations, say, restart, leave, runOutside } = options;
  const { argv, chat_id: chatId, thread_id: threadId } = wish;
  const address = chatId === undefined
    ? undefined
    : { chatId, ...threadId !== undefined && { threadId } };
  if (address) await conversations.at(address)?.ended();
  const asked = ["ductor", ...argv].join(" ");
  log.info("The agent asked for {asked}", { asked });
  switch (kindOf(argv)) {
    case "restart":
      if (!restart) return await say(address, texts.wishes.cannot(asked));
      await say(address, texts.wishes.restart(asked));
      if (address) await writeRestartSentinel(home, address);
      return restart();
    case "stop":
      await say(address, texts.wishes.stop(asked));
      return leave?.();
    default:
      await say(address, texts.wishes.run(asked));
      runOutside?.(argv);
  }
}

function kindOf([command, verb]: readonly string[]): "restart" | "stop" | "run" {
  if (command === "restart" || command === "start") return "restart";
  return command === "stop" || (command === "service" && verb === "stop") ? "stop" : "run";
}
