/** What a former run of the program left of its conversations. */
import { getLogger } from "@logtape/logtape";
import { oneLine, shorten } from "../../base/text.ts";
import type { Message, Update } from "grammy/types";
import { keyOf } from "../../conversation/address.ts";
import type { Inbox, Parked } from "../../conversation/inbox.ts";
import type { Request } from "../../conversation/request.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Bursts } from "../incoming/bursts.ts";
import { addressOf, type Me } from "../incoming/incoming.ts";
import { requestOf } from "../incoming/request_of.ts";
import { askedOf } from "./parked.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "queue"]);

/** Longest part of a request that is quoted, UTF-16 units. */
const EXCERPT = 60;

export interface LeftOver {
  inbox: Pick<Inbox<Update>, "entries" | "get" | "park" | "done">;
  outbox: Pick<Outbox, "has">;
  speaker: Pick<Speaker, "say">;
  bursts: Pick<Bursts, "push">;
  /** Rejects only when the program ends. */
  me(): Promise<Me>;
  submit(request: Request): void;
}

/** Asks about what was being worked on; what had not begun goes on as if it came now, in its order. */
export async function takeUpLeft(left: LeftOver): Promise<void> {
  const { inbox, outbox, bursts } = left;
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
    } else askAgain(updates, turn, left).catch(failed);
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
    takeUp(parked, left).catch((error) =>
      log.error("A message that waited could not run: {error}", { error })
    );
  }
  bursts.push(came);
}

/** Goes on with a request that was put back; in the order of what is handed to the bursts. */
async function takeUp(parked: Parked, { inbox, me, submit }: LeftOver): Promise<void> {
  const { ids, asking } = parked;
  const updates = ids.flatMap((id) => inbox.get(id)?.update ?? []);
  const request = requestOf(updates, { ...await me(), answersAll: true });
  if (!request) return;
  // At the end, as a command or the name of a model may stand at its beginning.
  if (asking) request.text = `${request.text}\n\n${texts.goOn}`;
  submit(askedOf(request, parked));
}

/**
 * Asks about a message that was being worked on when the program ended.
 *
 * @param turn the turn that was cut off; about one it asks once, whatever happens in between
 */
async function askAgain(
  updates: readonly Update[],
  turn: string | undefined,
  { inbox, speaker, me }: LeftOver,
): Promise<void> {
  const ids = updates.map(({ update_id }) => update_id);
  const [id] = ids;
  const request = requestOf(updates, await me());
  if (!request) return await inbox.done(ids);
  const { address, messageId, text } = request;
  await speaker.say(address, texts.interrupted(shorten(oneLine(text || texts.yourFile), EXCERPT)), {
    ...messageId !== undefined && { replyTo: messageId },
    ...turn !== undefined && { id: `interrupted:${turn}` },
    buttons: [[
      { label: texts.again, action: `again:${id}` },
      { label: texts.drop, action: `drop:${id}` },
    ]],
  });
  await inbox.park(ids);
}

function conversationOf({ message, callback_query }: Update): string {
  const at = message ?? callback_query?.message;
  return at ? keyOf(addressOf(at as Message)) : "";
}
