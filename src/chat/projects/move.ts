/** Changing where a conversation works, in its place among what waits there. */
import { isProvider, PROVIDERS } from "../../agents/provider.ts";
import { ago } from "../../base/ago.ts";
import { agoOf } from "../../base/text.ts";
import type { Clock } from "../../base/clock.ts";
import type { Home } from "../../config/home.ts";
import type { Address } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Update } from "grammy/types";
import type { Conversations } from "../../conversation/conversations.ts";
import type { Inbox } from "../../conversation/inbox.ts";
import type { Places } from "../../conversation/places.ts";
import type { Sessions } from "../../conversation/sessions.ts";
import type { Project } from "../../projects/project.ts";
import type { Part } from "../../telegram/text.ts";
import type { RequestQueue } from "../queue/request_queue.ts";
import { texts } from "./texts.ts";
import { movedParts } from "./views.ts";

export interface MoveNeeds {
  home: Pick<Home, "userHome">;
  clock: Clock;
  places: Pick<Places, "of" | "choose">;
  sessions: Pick<Sessions, "get">;
  choose(address: Address): Promise<Choice>;
  conversations: Pick<Conversations, "at">;
  queue: Pick<RequestQueue, "inTurn">;
  inbox: Pick<Inbox<Update>, "done">;
}

/** A place among what waits in a conversation, for a move that may come. */
export interface MovePlace {
  address: Address;
  /** Whether something comes first. */
  busy: boolean;
  /** Gives it what to do; nothing: it is given up. Only the first time counts. */
  fill(run?: () => Promise<void>): void;
}

/**
 * Takes the place at once, so that what is asked next comes after it.
 *
 * @param updateIds What asked for it. While that waits it is not done: a crash does not lose it.
 */
export function takePlace(
  address: Address,
  updateIds: readonly number[],
  { conversations, queue, inbox }: MoveNeeds,
): MovePlace {
  const busy = conversations.at(address) !== undefined;
  const filled = Promise.withResolvers<(() => Promise<void>) | undefined>();
  queue.inTurn({
    address,
    updateIds: busy ? updateIds : [],
    async run() {
      const run = await filled.promise;
      await run?.().finally(() => busy && inbox.done(updateIds));
    },
  });
  return { address, busy, fill: filled.resolve };
}

/**
 * Lets the conversation work there, from what is asked next on: what was asked before is done where
 * it was asked. `undefined`: in the workspace.
 *
 * @param late Told when it could not be at once.
 * @returns what to tell the user now, and whether it waits
 */
export async function moveTo(
  { address, busy, fill }: MovePlace,
  project: Project | undefined,
  needs: MoveNeeds,
  late: (parts: Part[]) => Promise<void>,
): Promise<{ parts: Part[]; later: boolean }> {
  const moved = Promise.withResolvers<Part[]>();
  fill(async () => {
    try {
      await needs.places.choose(address, project?.name);
      const parts = await saidOf(address, project, needs);
      if (busy) await late(parts);
      moved.resolve(parts);
    } catch (error) {
      moved.reject(error);
    }
  });
  if (!busy) return { parts: await moved.promise, later: false };
  moved.promise.catch(() => {});
  return { parts: [texts.later(project?.name ?? texts.workspace)], later: true };
}

async function saidOf(
  address: Address,
  project: Project | undefined,
  { home, clock, places, sessions, choose }: MoveNeeds,
): Promise<Part[]> {
  const { seat } = await places.of(address);
  const { provider } = await choose(seat);
  const entry = await sessions.get(seat);
  const bucket = entry?.provider_sessions[provider];
  const last = ago(bucket?.last_active, clock.now());
  const session = bucket?.session_id
    ? {
      provider: isProvider(provider) ? PROVIDERS[provider].title : provider,
      messages: bucket.message_count,
      ago: agoOf(Number.isFinite(last) ? last : 0),
    }
    : undefined;
  return movedParts(project, session, (folder) => shownFolder(folder, home));
}

/** A path as people write it. */
export function shownFolder(folder: string, { userHome }: Pick<Home, "userHome">): string {
  return userHome !== undefined && folder.startsWith(userHome)
    ? `~${folder.slice(userHome.length)}`
    : folder;
}
