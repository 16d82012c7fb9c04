/** What a former run of the program left of its conversations. */
import { getLogger } from "@logtape/logtape";
import type { Message, Update } from "grammy/types";
import { keyOf } from "../conversation/address.ts";
import type { Inbox } from "../conversation/inbox.ts";
import { addressOf } from "../telegram/incoming.ts";
import type { Outbox } from "../telegram/outbox.ts";
import type { Router } from "../telegram/router.ts";

const log = getLogger(["ductor", "app"]);

/** Asks about what was being worked on; returns what had not begun, which goes on as if it came now. */
export function takeUpLeft(
  { inbox, outbox, router }: {
    inbox: Inbox<Update>;
    outbox: Pick<Outbox, "has">;
    router: Pick<Router, "askAgain">;
  },
): Update[] {
  const entries = inbox.entries();
  const started = Map.groupBy(
    entries.filter(({ state }) => state === "started"),
    ({ turn, update }) => turn ?? conversationOf(update),
  );
  for (const group of started.values()) {
    const updates = group.map(({ update }) => update);
    const { turn } = group[0]!;
    // Its answer, which is on its way or arrived, may have a button that runs it again.
    const noted = turn !== undefined && outbox.has(turn)
      ? inbox.park(updates.map(({ update_id }) => update_id))
      : router.askAgain(updates, turn);
    noted.catch((error) =>
      log.error("An interrupted message is not asked about: {error}", { error })
    );
  }
  return entries.filter(({ state }) => state === "waiting").map(({ update }) => update);
}

function conversationOf({ message, callback_query }: Update): string {
  const at = message ?? callback_query?.message;
  return at ? keyOf(addressOf(at as Message)) : "";
}
