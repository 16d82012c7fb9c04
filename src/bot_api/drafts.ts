import { after } from "../base/async/timer.ts";
import type { Room } from "./room.ts";
import type { ClientEvent, Draft } from "./types.ts";

/** A draft that is not sent again vanishes after this. */
const DRAFT_LIFETIME_MS = 30_000;

/** Messages in the making. They live in their chat; here is what makes them go. */
export class Drafts {
  readonly #now: () => number;
  readonly #emit: (event: ClientEvent) => void;
  readonly #timers = new Map<Draft, Disposable>();
  #closed = false;

  constructor(now: () => number, emit: (event: ClientEvent) => void) {
    this.#now = now;
    this.#emit = emit;
  }

  show(room: Room, draft: Omit<Draft, "chat_id" | "until">): void {
    const full = { ...draft, chat_id: room.id, until: this.#now() + DRAFT_LIFETIME_MS };
    const key = keyOf(draft.thread_id, draft.draft_id);
    this.#forget(room.drafts.get(key));
    room.drafts.set(key, full);
    this.#emit({ type: "draft", ...full });
    if (!this.#closed) {
      this.#timers.set(full, after(DRAFT_LIFETIME_MS + 1, () => this.expire(room)));
    }
  }

  /** Takes away what is over by the clock. */
  expire(room: Room): void {
    for (const draft of [...room.drafts.values()]) {
      if (draft.until <= this.#now()) this.#take(room, draft, "expired");
    }
  }

  /** A real message ends the drafts of its place. */
  clear(room: Room, thread: number | undefined): void {
    for (const draft of [...room.drafts.values()]) {
      if (draft.thread_id === thread) this.#take(room, draft, "message");
    }
  }

  #take(room: Room, draft: Draft, reason: "expired" | "message"): void {
    room.drafts.delete(keyOf(draft.thread_id, draft.draft_id));
    this.#forget(draft);
    const { chat_id, thread_id, draft_id } = draft;
    this.#emit({
      type: "draft_gone",
      chat_id,
      ...(thread_id !== undefined && { thread_id }),
      draft_id,
      reason,
    });
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
  }

  #forget(draft: Draft | undefined): void {
    if (!draft) return;
    this.#timers.get(draft)?.[Symbol.dispose]();
    this.#timers.delete(draft);
  }
}

function keyOf(thread: number | undefined, draftId: number): string {
  return `${thread ?? 0}/${draftId}`;
}
