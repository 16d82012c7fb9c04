/** What a former run of the program left of its conversations. */
import { getLogger } from "@logtape/logtape";
import type { Message, Update } from "grammy/types";
import { keyOf } from "../conversation/address.ts";
import type { Inbox } from "../conversation/inbox.ts";
import type { Bursts } from "../chat/incoming/bursts.ts";
import { addressOf } from "../chat/incoming/incoming.ts";
import type { Outbox } from "../telegram/outbox.ts";
import type { Router } from "../chat/router.ts";

const log = getLogger(["ductor", "app"]);

/** Asks about what was being worked on; what had not begun goes on as if it came now, in its order. */
export async function takeUpLeft(
  { inbox, outbox, router, bursts }: {
    inbox: Inbox<Update>;
    outbox: Pick<Outbox, "has">;
    router: Pick<Router, "askAgain" | "takeUp">;
    bursts: Pick<Bursts, "push">;
  },
): Promise<void> {
  const entries = inbox.entries();
  const started = Map.groupBy(
    entries.filter(({ state }) => state === "started"),
    ({ turn, update }) => turn ?? conversationOf(update),
  );
  for (const group of started.values()) {
    const updates = group.map(({ update }) => update);
    const { turn } = group[0]!;
    const failed = (error: unknown) =>
      log.error("An interrupted message is not asked about: {error}", { error });
    if (turn !== undefined && outbox.has(turn)) {
      // Its answer, which is on its way or arrived, may have a button that runs it again; and that
      // may be pressed already.
      await inbox.park(updates.map(({ update_id }) => update_id)).catch(failed);
    } else router.askAgain(updates, turn).catch(failed);
  }
  let came: Update[] = [];
  for (const { state, update, parked } of entries) {
    if (state !== "waiting") continue;
    if (!parked) {
      came.push(update);
      continue;
    }
    // It was put back: a request already, which nothing that came beside it becomes part of.
    bursts.push(came);
    came = [];
    if (parked.ids[0] !== update.update_id) continue;
    router.takeUp(parked.ids.flatMap((id) => inbox.get(id)?.update ?? [])).catch((error) =>
      log.error("A message that waited could not run: {error}", { error })
    );
  }
  bursts.push(came);
}

function conversationOf({ message, callback_query }: Update): string {
  const at = message ?? callback_query?.message;
  return at ? keyOf(addressOf(at as Message)) : "";
}
