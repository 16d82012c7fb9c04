/** Keeps agent processes warm, so that a follow-up message does not wait for one to start. */
import { spawn } from "../base/async/spawn.ts";
import { after } from "../base/async/timer.ts";
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../base/clock.ts";
import {
  type Agent,
  AgentError,
  type AgentSession,
  type BackgroundTask,
  type WokenTurn,
} from "./agent.ts";
import type { SessionSpec } from "./agent.ts";
import type { ProviderName } from "./provider.ts";
import { beginsAlike, emptySlot, identityOf, type Slot, worksBeside } from "./pool_slot.ts";

const log = getLogger(["ductor", "agents", "pool"]);

export interface AgentPoolOptions {
  agents: Partial<Record<ProviderName, Agent>>;
  /** Most processes kept while nothing runs in them; those that work don't count. */
  maxWarm: number;
  /** Milliseconds after which a process without work is ended. */
  idleMs: number;
  /**
   * Follows a turn that a session began by itself, to its end. Without it such turns are ended at
   * once.
   */
  woken?(turn: PoolTurn): Promise<void>;
  /** Told what the user of a conversation may want to say next. */
  suggested?(key: string, text: string): Promise<void>;
  clock?: Clock;
}

/** A woken turn and whose it is. */
export interface PoolTurn extends WokenTurn {
  key: string;
  provider: ProviderName;
  session: AgentSession;
}

export interface UseInfo {
  /** A process was started for this use. */
  fresh: boolean;
  /** It was started on an earlier session. */
  resumed: boolean;
}

/** One place of the pool, for diagnostics. */
export interface PoolEntry {
  key: string;
  provider: ProviderName;
  pid: number;
  /** Of its session; absent: it is not known yet. */
  session: string | undefined;
  busy: boolean;
  /** What runs beside its turns. */
  tasks: readonly BackgroundTask[];
  /** Milliseconds since the epoch; undefined while busy. */
  idleSince: number | undefined;
}

export class AgentPool {
  readonly #agents: Partial<Record<ProviderName, Agent>>;
  #maxWarm: number;
  #idleMs: number;
  readonly #clock: Clock;
  readonly #woken: (turn: PoolTurn) => Promise<void>;
  readonly #suggested: AgentPoolOptions["suggested"];
  readonly #slots = new Map<string, Slot>();
  /** Sessions that are being closed, out of their slots already, with the id of the slot. */
  readonly #closing = new Map<Promise<void>, string>();
  #closed = false;

  constructor(options: AgentPoolOptions) {
    this.#agents = options.agents;
    this.#maxWarm = options.maxWarm;
    this.#idleMs = options.idleMs;
    this.#clock = options.clock ?? systemClock;
    this.#suggested = options.suggested;
    this.#woken = options.woken ?? ((turn) => turn.interrupt());
  }

  /**
   * Runs `fn` with the session of `key` and `provider`: the warm one where it is alive and can
   * serve `spec`, else a new one. A new one goes on with `spec.resume`, or where that is missing
   * with the session that it replaces; {@link closeKey} before makes it begin anew. Uses of the
   * same key and provider wait for each other.
   *
   * @throws AgentError when no process can be started; whatever `fn` throws.
   */
  use<T>(
    key: string,
    provider: ProviderName,
    spec: SessionSpec,
    fn: (session: AgentSession, info: UseInfo) => Promise<T>,
  ): Promise<T> {
    const slot = this.#slot(key, provider);
    slot.users++;
    slot.timer?.[Symbol.dispose]();
    return slot.turns.run(() => this.#useNow(slot, spec, fn)).finally(() => this.#release(slot));
  }

  /**
   * Opens the session that the next use of `key` and `provider` will want, unless it has one, or as
   * many as may be warm are. It never takes the place of another, and what fails is left to the use.
   */
  async ahead(key: string, provider: ProviderName, spec: SessionSpec): Promise<void> {
    const slot = this.#slot(key, provider);
    if (slot.users > 0 || slot.session?.alive || this.#closed) return;
    slot.users++;
    try {
      await slot.turns.run(async () => {
        if (slot.users > 1 || this.#idle().length >= this.#maxWarm) return;
        await this.#useNow(slot, spec, () => Promise.resolve());
        slot.ahead = true;
      });
    } catch (error) {
      log.debug("Nothing was opened ahead for {key}: {error}", { key, error });
    } finally {
      this.#release(slot);
    }
  }

  #slot(key: string, provider: ProviderName): Slot {
    const id = idOf(key, provider);
    let slot = this.#slots.get(id);
    if (!slot) {
      slot = emptySlot(id, key, provider);
      this.#slots.set(id, slot);
    }
    return slot;
  }

  async #useNow<T>(
    slot: Slot,
    spec: SessionSpec,
    fn: (session: AgentSession, info: UseInfo) => Promise<T>,
  ): Promise<T> {
    const old = slot.session;
    const folder = await identityOf(spec.cwd);
    // A process whose folder was removed can do nothing any more.
    const serves = old?.alive && slot.folder === folder && old.canServe(spec) &&
      (!slot.ahead || beginsAlike(slot.spec, spec));
    slot.ahead = false;
    if (old && serves) return await fn(old, { fresh: false, resumed: false });
    if (this.#closed) throw new AgentError("other", "ductor is shutting down.");
    const agent = this.#agents[slot.provider];
    if (!agent) throw new AgentError("not_found", `There is no agent "${slot.provider}".`);
    const resume = spec.resume ?? (old ? old.id ?? slot.spec?.resume : undefined);
    slot.session = undefined;
    if (old) this.#close(slot, old);
    // Two processes on one session would both write its record, so the old one goes first.
    await Promise.all([...this.#closing].map(([done, id]) => id === slot.id ? done : undefined));
    const opened = resume === undefined ? spec : { ...spec, resume };
    const session = await agent.open(opened);
    if (this.#closed) {
      await this.#close(slot, session);
      throw new AgentError("other", "ductor is shutting down.");
    }
    slot.session = session;
    slot.spec = opened;
    slot.folder = folder;
    spawn("Listening to an agent", this.#listen(slot, session));
    spawn("Listening to suggestions", this.#passOn(slot.key, session));
    const { key, provider } = slot;
    log.debug("Opened {provider} process {pid} for {key}", { key, provider, pid: session.pid });
    return await fn(session, { fresh: true, resumed: resume !== undefined });
  }

  /** Passes on what a session does by itself. Never rejects. */
  async #listen(slot: Slot, session: AgentSession): Promise<void> {
    const { key, provider } = slot;
    for await (const turn of session.background?.woken ?? []) {
      slot.users++;
      slot.timer?.[Symbol.dispose]();
      this.#woken({ ...turn, key, provider, session }).catch((error) =>
        log.error("What {key} was told by its agent could not be shown: {error}", { key, error })
      ).finally(() => this.#release(slot));
    }
  }

  async #passOn(key: string, { suggestions }: AgentSession): Promise<void> {
    for await (const text of suggestions ?? []) await this.#suggested?.(key, text);
  }

  #release(slot: Slot): void {
    slot.users--;
    slot.idleSince = this.#clock.now();
    this.#settle(slot);
  }

  /** Other limits than before; they hold for what is idle now, too. */
  limit({ maxWarm, idleMs }: Pick<AgentPoolOptions, "maxWarm" | "idleMs">): void {
    this.#maxWarm = maxWarm;
    this.#idleMs = idleMs;
    for (const slot of this.#slots.values()) {
      slot.timer?.[Symbol.dispose]();
      this.#settle(slot);
    }
  }

  /** After a use: forgets an empty slot, else starts its idle time. */
  #settle(slot: Slot): void {
    if (slot.users > 0) return;
    if (!slot.session) return this.#forget(slot);
    // A dead one is kept for its id, so that the next use resumes it; what it left behind goes.
    if (!slot.session.alive) this.#close(slot, slot.session);
    slot.timer?.[Symbol.dispose]();
    slot.timer = after(this.#idleMs, () => {
      if (slot.users > 0) return;
      if (worksBeside(slot)) this.#settle(slot);
      else this.#evict(slot);
    }, { clock: this.#clock });
    this.#trim();
  }

  /** The slots whose processes do nothing, the least recently used first. */
  #idle(): Slot[] {
    return [...this.#slots.values()]
      .filter((slot) => slot.session?.alive && slot.users === 0 && !worksBeside(slot))
      .sort((one, other) => one.idleSince - other.idleSince);
  }

  /** Ends the least recently used idle processes beyond the limit. Never waits. */
  #trim(): void {
    const idle = this.#idle();
    for (const slot of idle.slice(0, Math.max(0, idle.length - this.#maxWarm))) this.#evict(slot);
  }

  #evict(slot: Slot): void {
    const { key, provider, session } = slot;
    log.debug("Closing the idle {provider} process of {key}", { key, provider });
    this.#forget(slot);
    if (session) this.#close(slot, session);
  }

  #forget(slot: Slot): void {
    slot.timer?.[Symbol.dispose]();
    slot.session = undefined;
    this.#slots.delete(slot.id);
  }

  /** Never rejects. */
  #close(slot: Slot, session: AgentSession): Promise<void> {
    const closing = session.close().catch((error) =>
      log.error("Process {pid} could not be ended: {error}", { pid: session.pid, error })
    ).finally(() => this.#closing.delete(closing));
    this.#closing.set(closing, slot.id);
    return closing;
  }

  /**
   * Ends the session of `key` (of one provider or of all), a running turn included, and forgets
   * its id: the next use begins anew unless its spec says what to resume.
   *
   * @param keepNew What was opened ahead for a new session stays.
   */
  async closeKey(key: string, provider?: ProviderName, { keepNew = false } = {}): Promise<void> {
    const slots = [...this.#slots.values()].filter((slot) =>
      slot.key === key && (provider === undefined || slot.provider === provider) &&
      !(keepNew && slot.ahead && slot.spec?.resume === undefined)
    );
    await Promise.all(slots.map(async (slot) => {
      const { session } = slot;
      slot.session = undefined;
      slot.spec = undefined;
      if (slot.users === 0) this.#forget(slot);
      if (session) await this.#close(slot, session);
    }));
  }

  /**
   * Ends what the sessions of these keys have running beside their turns; the sessions go on.
   *
   * @returns what was ended
   */
  async stopBackground(which: (key: string) => boolean): Promise<BackgroundTask[]> {
    const slots = [...this.#slots.values()].filter(({ key }) => which(key));
    const ended = await Promise.all(slots.map(({ session }) => session?.background?.stop() ?? []));
    return ended.flat();
  }

  /** The live session of `key` and `provider`, if there is one. */
  session(key: string, provider: ProviderName): AgentSession | undefined {
    const session = this.#slots.get(idOf(key, provider))?.session;
    return session?.alive ? session : undefined;
  }

  /** Ends everything; resolves when nothing runs any more. No process is started afterwards. */
  async closeAll(): Promise<void> {
    this.#closed = true;
    while (this.#slots.size > 0 || this.#closing.size > 0) {
      const slots = [...this.#slots.values()];
      for (const slot of slots) {
        if (slot.session) this.#close(slot, slot.session);
        if (slot.users === 0) this.#forget(slot);
      }
      // A use may be opening its process just now; it is closed in the next round.
      await Promise.all([...this.#closing.keys(), ...slots.map((slot) => slot.turns.idle())]);
    }
  }

  stats(): PoolEntry[] {
    return [...this.#slots.values()].flatMap((slot) =>
      slot.session?.alive
        ? [{
          key: slot.key,
          provider: slot.provider,
          pid: slot.session.pid,
          session: slot.session.id ?? slot.spec?.resume,
          busy: slot.users > 0,
          tasks: slot.session.background?.tasks() ?? [],
          idleSince: slot.users > 0 ? undefined : slot.idleSince,
        }]
        : []
    );
  }
}

/** Of a slot. */
function idOf(key: string, provider: ProviderName): string {
  return `${provider}\0${key}`;
}
