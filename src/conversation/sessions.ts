/**
 * `sessions.json`: which agent session goes on in which conversation. The format is the Python
 * program's (one entry a chat, one bucket a provider), with keys `CHAT:TOPIC` for topics and an own
 * `last_active` for each bucket, so that one bucket's age says nothing about the others. An entry has
 * no further fields: the Python program stops at one that it does not know. Its newest versions put
 * `tg:` in front of the keys; a file that has such keys keeps them.
 *
 * Sessions in projects are in a file of the same form beside it, `project_sessions.json`, with keys
 * `CHAT@PROJECT`: the Python program has no projects.
 */
import { z } from "zod";
import type { ProviderName } from "../agents/provider.ts";
import { JsonFile } from "../base/json_file.ts";
import type { Home } from "../config/home.ts";
import { keyOf, type Seat, seatKey, seatOf } from "./address.ts";
import { type Freshness, isFresh } from "./freshness.ts";

const count = z.coerce.number().catch(0);

const bucketSchema = z.looseObject({
  session_id: z.string().catch(""),
  message_count: count,
  total_cost_usd: count,
  total_tokens: count,
  last_active: z.string().optional(),
  created_at: z.string().optional(),
  /** Version of the memory that the session has seen last. */
  memory_seen: z.string().optional(),
  /** What goes on is a copy of the session, which it does not have yet. */
  fork: z.boolean().optional().catch(undefined),
  /** Why the service refused the last turn, without what differs from one time to the next. */
  refused_as: z.string().optional(),
  /** What the conversation ran with before it was given this, which has not answered yet. */
  replaces: z.looseObject({
    provider: z.string(),
    model: z.string(),
    /** What stood in the config then, of what was changed with it. */
    config: z.record(z.string(), z.unknown()),
  }).optional().catch(undefined),
});

const entrySchema = z.looseObject({
  chat_id: z.number(),
  provider: z.string(),
  model: z.string(),
  created_at: z.string(),
  last_active: z.string(),
  provider_sessions: z.record(z.string(), bucketSchema),
});

/** Before the buckets there was one flat session an entry. */
const legacySchema = z.looseObject({ provider_sessions: z.undefined().optional() })
  .transform((entry) => {
    const { session_id, message_count, total_cost_usd, total_tokens, ...rest } = entry;
    const provider = typeof rest.provider === "string" ? rest.provider : "claude";
    const bucket = { session_id, message_count, total_cost_usd, total_tokens };
    return {
      ...rest,
      provider,
      provider_sessions: session_id ? { [provider]: bucket } : {},
    };
  });

const fileSchema: z.ZodType<Record<string, SessionEntry>> = z.record(
  z.string(),
  z.union([entrySchema, legacySchema.pipe(entrySchema)]),
).transform((entries) => {
  // Written by earlier versions of ours; the key says it.
  for (const entry of Object.values(entries)) delete entry.thread_id;
  return entries;
});

const PREFIX = "tg:";
/** A chat of that program that is not in Telegram, such as `mx:1`. */
const ELSEWHERE = /^(?!tg:)[a-z]+:/;

/** The key of an entry, as this file writes its keys. */
function keyIn(all: Readonly<Record<string, unknown>>, seat: Seat): string {
  const key = seatKey(seat);
  if (Object.hasOwn(all, key)) return key;
  return Object.keys(all).some((other) => other.startsWith(PREFIX)) ? PREFIX + key : key;
}

export type SessionBucket = z.infer<typeof bucketSchema>;
export type SessionEntry = z.infer<typeof entrySchema>;
export type Replaced = NonNullable<SessionBucket["replaces"]>;

export interface TurnRecord {
  provider: ProviderName;
  sessionId: string | undefined;
  costUsd: number;
  tokens: number;
  /** Version of the memory that the session has now seen. */
  memorySeen?: string;
  /** It ended in an error. */
  failed?: boolean;
  /** What the conversation runs with has answered. */
  proven?: boolean;
}

/** What a conversation runs with; an entry that is new gets it. */
interface Chosen {
  provider: ProviderName;
  model: string;
}

/** One without a session; what it replaces is the conversation's affair, not the session's. */
function emptyBucket({ replaces }: Pick<SessionBucket, "replaces"> = {}): SessionBucket {
  return {
    session_id: "",
    message_count: 0,
    total_cost_usd: 0,
    total_tokens: 0,
    ...replaces && { replaces },
  };
}

function isChosen(entry: SessionEntry, { provider, model }: Chosen): boolean {
  return entry.provider === provider && entry.model === model;
}

export class Sessions {
  readonly #workspace: JsonFile<Record<string, SessionEntry>>;
  readonly #projects: JsonFile<Record<string, SessionEntry>>;
  readonly #now: () => Date;

  constructor(
    files: Pick<Home, "sessionsFile" | "projectSessionsFile">,
    options: { now?: () => Date } = {},
  ) {
    this.#now = options.now ?? (() => new Date());
    const file = (path: string) =>
      new JsonFile(path, { schema: fileSchema, defaultValue: () => ({}) });
    this.#workspace = file(files.sessionsFile);
    this.#projects = file(files.projectSessionsFile);
  }

  #file({ project }: Seat): JsonFile<Record<string, SessionEntry>> {
    return project === undefined ? this.#workspace : this.#projects;
  }

  async get(seat: Seat): Promise<SessionEntry | undefined> {
    const all = await this.#file(seat).read();
    return all[keyIn(all, seat)];
  }

  /** Of all conversations, in the workspace and in projects. */
  async all(): Promise<{ address: Seat; entry: SessionEntry }[]> {
    const [workspace, projects] = [await this.#workspace.read(), await this.#projects.read()];
    const all = [...Object.entries(workspace), ...Object.entries(projects)];
    return all.filter(([key]) => !ELSEWHERE.test(key)).map(([key, entry]) => ({
      address: seatOf(key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key),
      entry,
    }));
  }

  /** What goes on in a conversation, also in its projects: the ids of all providers. */
  async idsOf(conversation: string): Promise<string[]> {
    const own = (await this.all()).filter(({ address }) => keyOf(address) === conversation);
    return own.flatMap(({ entry }) =>
      Object.values(entry.provider_sessions).map(({ session_id: id }) => id).filter((id) => id)
    );
  }

  /** The bucket to go on with; `undefined`: start a new session. */
  async fresh(
    address: Seat,
    provider: ProviderName,
    rules: Freshness,
    timeZone: string,
  ): Promise<SessionBucket | undefined> {
    const entry = await this.get(address);
    const bucket = entry?.provider_sessions[provider];
    if (!entry || !bucket?.session_id) return undefined;
    return isFresh(bucket, entry.last_active, rules, timeZone, this.#now()) ? bucket : undefined;
  }

  /**
   * Chooses what the conversation runs with, without touching any session.
   *
   * @param replaces What it goes back to when this does not answer; absent: it has answered already.
   */
  async choose(address: Seat, chosen: Chosen, replaces?: Replaced): Promise<void> {
    await this.#change(address, (entry) => {
      const { replaces: earlier } = entry.provider_sessions[entry.provider] ?? {};
      for (const bucket of Object.values(entry.provider_sessions)) delete bucket.replaces;
      Object.assign(entry, chosen);
      if (!replaces) return;
      // Of several in a row none has answered but the first.
      const config = { ...replaces.config, ...earlier?.config };
      const bucket = entry.provider_sessions[chosen.provider] ??= emptyBucket();
      bucket.replaces = { ...earlier ?? replaces, config };
    }, chosen);
  }

  /** Takes the last choice back, if it has not answered yet. Returns what it had replaced. */
  async takeBack(address: Seat, chosen: Chosen): Promise<Replaced | undefined> {
    if ((await this.get(address))?.provider_sessions[chosen.provider]?.replaces === undefined) {
      return;
    }
    let replaced: Replaced | undefined;
    await this.#file(address).update((all) => {
      const entry = all[keyIn(all, address)];
      const bucket = entry?.provider_sessions[entry.provider];
      if (!entry || !bucket?.replaces || !isChosen(entry, chosen)) return;
      replaced = bucket.replaces;
      delete bucket.replaces;
      if (bucket.session_id === "") delete entry.provider_sessions[entry.provider];
      entry.provider = replaced.provider;
      entry.model = replaced.model;
    });
    return replaced;
  }

  /** Counts a turn. A session id other than the stored one starts the bucket anew. */
  async record(address: Seat, turn: TurnRecord, chosen: Chosen): Promise<void> {
    const now = this.#now().toISOString();
    await this.#change(address, (entry) => {
      const old = entry.provider_sessions[turn.provider];
      const same = old !== undefined &&
        (turn.sessionId === undefined || old.session_id === turn.sessionId);
      const bucket: SessionBucket = same
        ? old
        : { ...emptyBucket(old), session_id: turn.sessionId ?? "", created_at: now };
      bucket.message_count += 1;
      bucket.total_cost_usd += turn.costUsd;
      bucket.total_tokens += turn.tokens;
      bucket.last_active = now;
      if (turn.memorySeen !== undefined) bucket.memory_seen = turn.memorySeen;
      if (!turn.failed) delete bucket.refused_as;
      if (turn.proven && isChosen(entry, chosen)) delete bucket.replaces;
      entry.provider_sessions[turn.provider] = bucket;
      entry.last_active = now;
    }, chosen);
  }

  /**
   * Counts a turn the user did not ask for: what it cost, and a message only if something was said.
   * The session gets no younger by it, and none is begun.
   */
  async recordQuiet(address: Seat, turn: TurnRecord, said: boolean): Promise<void> {
    if (await this.get(address) === undefined) return;
    await this.#file(address).update((all) => {
      const bucket = all[keyIn(all, address)]?.provider_sessions[turn.provider];
      if (!bucket) return;
      // The CLI may give a resumed session a new id.
      if (turn.sessionId) bucket.session_id = turn.sessionId;
      if (said) bucket.message_count += 1;
      if (turn.memorySeen !== undefined) bucket.memory_seen = turn.memorySeen;
      bucket.total_cost_usd += turn.costUsd;
      bucket.total_tokens += turn.tokens;
    });
  }

  /**
   * Notes a session id as soon as the CLI tells it, so that a crash does not lose the session.
   *
   * @param resumed Whether the turn goes on with the stored session.
   */
  async began(
    address: Seat,
    turn: Pick<TurnRecord, "provider" | "sessionId" | "memorySeen">,
    resumed: boolean,
    chosen: Chosen,
  ): Promise<void> {
    const now = this.#now().toISOString();
    await this.#change(address, (entry) => {
      const old = entry.provider_sessions[turn.provider];
      if (!turn.sessionId || old?.session_id === turn.sessionId) return;
      const { fork: _, ...kept } = old ?? {};
      // The CLI may give a resumed session a new id; what was counted stays counted.
      entry.provider_sessions[turn.provider] = {
        ...emptyBucket(old),
        created_at: now,
        ...resumed ? kept : turn.memorySeen !== undefined && { memory_seen: turn.memorySeen },
        session_id: turn.sessionId,
        last_active: now,
      };
    }, chosen);
  }

  /**
   * Notes that the service refused to go on with a session.
   *
   * @param why In its own words.
   * @returns Whether it had refused the turn before in the same way: the session is a dead end.
   */
  async refused(address: Seat, provider: ProviderName, why: string): Promise<boolean> {
    // Ids and numbers differ from one time to the next.
    const reason = why.replaceAll(/[\w.-]*\d[\w.-]*/g, "#").slice(0, 300);
    let again = false;
    await this.#file(address).update((all) => {
      const bucket = all[keyIn(all, address)]?.provider_sessions[provider];
      if (!bucket) return;
      again = bucket.refused_as === reason;
      bucket.refused_as = reason;
    });
    return again;
  }

  /**
   * Goes on with a session that was begun elsewhere, or with a copy of it. It has seen nothing of the
   * memory, as far as is known.
   */
  async adopt(
    address: Seat,
    chosen: Chosen,
    session: { id: string; fork: boolean },
  ): Promise<void> {
    const now = this.#now().toISOString();
    await this.#change(address, (entry) => {
      Object.assign(entry, chosen, { last_active: now });
      const old = entry.provider_sessions[chosen.provider];
      entry.provider_sessions[chosen.provider] = {
        ...emptyBucket(),
        created_at: now,
        ...old?.session_id === session.id && !session.fork && { ...old, message_count: 0 },
        session_id: session.id,
        last_active: now,
        ...session.fork && { fork: true },
      };
    }, chosen);
  }

  /** Forgets one provider's session; the others stay. */
  async reset(address: Seat, provider: ProviderName): Promise<void> {
    if (await this.get(address) === undefined) return;
    await this.#file(address).update((all) => {
      const entry = all[keyIn(all, address)];
      if (!entry) return;
      const old = entry.provider_sessions[provider];
      if (old?.replaces) entry.provider_sessions[provider] = emptyBucket(old);
      else delete entry.provider_sessions[provider];
      entry.last_active = this.#now().toISOString();
    });
  }

  /** A group became a supergroup: its conversations go on under the new id. */
  async move(from: number, to: number): Promise<void> {
    for (const file of [this.#workspace, this.#projects]) {
      if (!Object.values(await file.read()).some(({ chat_id }) => chat_id === from)) continue;
      await file.update((all) => {
        for (const [key, entry] of Object.entries(all)) {
          if (entry.chat_id !== from) continue;
          entry.chat_id = to;
          all[key.replace(String(from), String(to))] ??= entry;
          delete all[key];
        }
      });
    }
  }

  async #change(
    address: Seat,
    fn: (entry: SessionEntry) => void,
    start: Chosen,
  ): Promise<void> {
    const now = this.#now().toISOString();
    await this.#file(address).update((all) => {
      const entry = all[keyIn(all, address)] ??= {
        chat_id: address.chatId,
        provider: start.provider,
        model: start.model,
        created_at: now,
        last_active: now,
        provider_sessions: {},
      };
      fn(entry);
    });
  }
}
