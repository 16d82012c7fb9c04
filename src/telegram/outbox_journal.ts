/**
 * What the outbox keeps on disk: finals until Telegram has them, what live posts show, so that a post
 * cut off by a crash can be tidied up, and what is known of the message ids of each chat.
 */
import { KeyedJournal, type KeyedState } from "../base/keyed_journal.ts";
import { Remembered } from "../base/remembered.ts";
import type { KnownIds } from "./chat_ids.ts";
import {
  type LeftPost,
  notePost,
  type OutboxRecord,
  outboxRecord,
  recordsOf,
} from "./outbox_records.ts";

const COMPACT_BYTES = 1024 * 1024;
/** Ids of named posts remembered after they are done. */
const REMEMBERED = 2000;

type State = KeyedState<string, LeftPost, true>;

export class OutboxJournal {
  readonly #journal: KeyedJournal<OutboxRecord, string, LeftPost>;
  readonly #chats: KnownChats;

  private constructor(journal: KeyedJournal<OutboxRecord, string, LeftPost>, chats: KnownChats) {
    this.#journal = journal;
    this.#chats = chats;
  }

  static async open(path: string): Promise<{ journal: OutboxJournal; left: LeftPost[] }> {
    const chats = new KnownChats();
    const journal = await KeyedJournal.open(path, {
      schema: outboxRecord,
      remembered: new Remembered<string>(REMEMBERED),
      compactBytes: COMPACT_BYTES,
      // Telegram has done already what most of them say.
      early: true,
      note(state: State, r) {
        chats.note(r);
        return note(state, r);
      },
      opened({ open }, { isNew, damaged }) {
        if (isNew) chats.whole = true;
        if (damaged) chats.doubt();
        for (const { target, tried, search } of open.values()) {
          if (chats.get(target.chatId).sure) continue;
          // Another message of ours may stand there.
          if (tried) tried.after = 0;
          if (search) search.after = 0;
        }
      },
      records({ open, remembered }) {
        const done = remembered.entries().map(([id]): OutboxRecord => ({
          k: "done",
          id,
          named: true,
        }));
        if (chats.whole) done[0] = { k: "done", id: "", ...done[0], whole: true } as OutboxRecord;
        // The chats last, as each record says anew what is known.
        return [
          ...done,
          ...[...open.values()].flatMap(recordsOf),
          ...chats.records([...open.values()]),
        ];
      },
    });
    const left = structuredClone([...journal.state.open.values()]);
    return { journal: new OutboxJournal(journal, chats), left };
  }

  /** What the runs so far know of the ids of a chat. */
  known(chatId: number): KnownIds {
    return this.#chats.get(chatId);
  }

  /** Whether a named post is done; of one long ago it is forgotten. */
  isDone(id: string): boolean {
    return this.#journal.state.remembered.has(id);
  }

  /** Whether the final of a named post is on disk, or was. */
  has(id: string): boolean {
    return this.isDone(id) || (this.#journal.state.open.get(id)?.named ?? false);
  }

  async append(r: OutboxRecord): Promise<void> {
    const { open } = this.#journal.state;
    const before = finalOf(open.get(r.id));
    try {
      await this.#journal.append(r);
    } catch (error) {
      // A final that is not on disk must not count as one: whoever said it tries again.
      if (r.k === "final") takeBack(open, r.id, before);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}

function note({ open, remembered }: State, r: OutboxRecord): boolean {
  if (r.k !== "done") {
    open.set(r.id, notePost(open.get(r.id), r));
    return true;
  }
  if (r.named) remembered.add(r.id, true);
  return open.delete(r.id);
}

type Final = Pick<LeftPost, "content" | "move" | "reply" | "named">;

function finalOf({ content, move, reply, named }: Final = {}): Final {
  return {
    ...content && { content },
    ...move && { move },
    ...reply !== undefined && { reply },
    ...named && { named },
  };
}

function takeBack(open: Map<string, LeftPost>, id: string, before: Final): void {
  const post = open.get(id);
  if (!post) return;
  const { content: _content, move: _move, reply: _reply, named: _named, ...rest } = post;
  const { messages, tried, search, uploaded } = rest;
  const isEmpty = messages.length === 0 && !tried && !search && uploaded === undefined &&
    !before.content;
  if (isEmpty) open.delete(id);
  else open.set(id, { ...rest, ...before });
}

/** What is known of the message ids of each chat that was written to. */
class KnownChats {
  /** Every chat that was ever written to is in here. */
  whole = false;
  readonly #chats = new Map<number, KnownIds & { own: Set<number> }>();

  get(chat: number): KnownIds & { own: Set<number> } {
    // An older version may have written to a chat of which nothing is noted.
    return this.#chats.get(chat) ?? { newest: 0, sure: this.whole, own: new Set() };
  }

  note(r: OutboxRecord): void {
    if (r.k === "done" && r.whole) this.whole = true;
    if (r.k === "search" || r.k === "refused" || r.chat === undefined) return;
    if (r.k === "final" && r.newest === undefined) return;
    const known = this.get(r.chat);
    // What an older version tried may stand anywhere.
    const { newest = 0, sure = false } = r.k === "try"
      ? { newest: r.after, sure: known.sure && r.again !== undefined }
      : r;
    for (const id of ownIn(r)) known.own.add(id);
    const seen = Math.max(known.newest, newest, ...ownIn(r));
    this.#chats.set(r.chat, { ...known, newest: seen, sure });
  }

  /** Lines are missing: what they said may stand in any chat. */
  doubt(): void {
    this.whole = false;
    for (const [chat, known] of this.#chats) this.#chats.set(chat, { ...known, sure: false });
  }

  /** @param open What is not done: ids of ours matter where something is to be looked for. */
  records(open: readonly LeftPost[]): OutboxRecord[] {
    return [...this.#chats].map(([chat, { own, ...ids }]): OutboxRecord => {
      const from = Math.min(
        ...open.filter(({ target }) => target.chatId === chat)
          .flatMap(({ tried, search }) => [tried, search]).map((one) => one?.after || Infinity),
      );
      for (const id of own) if (id <= from) own.delete(id);
      return { k: "done", id: "", chat, ...ids, ...own.size > 0 && { own: [...own] } };
    });
  }
}

/** Messages of ours that a record tells of. */
function ownIn(r: OutboxRecord): readonly number[] {
  if (r.k === "shown") return [r.message];
  return (r.k === "uploaded" ? r.messages : r.k === "done" ? r.own : undefined) ?? [];
}
