/**
 * The containers of conversations and projects. Each has its own, so that what an agent writes down
 * of one conversation is not even there for the agents of another; one that nobody has used for long
 * goes away.
 */
import { spawn } from "../base/async/spawn.ts";
import { after } from "../base/async/timer.ts";
import type { Clock } from "../base/clock.ts";
import type { Mount } from "./paths.ts";
import type { Sandbox, SandboxEvent } from "./sandbox.ts";

/** How long a container stays when nothing of ours runs in it. */
const IDLE_MS = 15 * 60_000;

/** Whose container it is. */
export interface Whose {
  /** See `conversationOf`. */
  conversation: string;
  project?: readonly Mount[];
}

export interface Room extends Whose {
  sandbox: Sandbox;
}

interface Known extends Room {
  /** Processes of ours in it, or about to be. */
  users: number;
  idle?: Disposable | undefined;
}

export class Rooms {
  readonly #make: (whose: Whose) => Sandbox;
  readonly #clock: Clock;
  readonly #rooms = new Map<string, Known>();
  /** Those that are being removed. */
  readonly #going = new Map<string, Promise<void>>();
  readonly #listeners: ((event: SandboxEvent) => void)[] = [];

  constructor(make: (whose: Whose) => Sandbox, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
  }

  /** The room, which stays until it is {@link leave left} as often as it was entered. */
  async enter(whose: Whose): Promise<Room> {
    const key = keyOf(whose);
    await this.#going.get(key);
    let room = this.#rooms.get(key);
    if (!room) {
      room = { ...whose, sandbox: this.#make(whose), users: 0 };
      for (const listener of this.#listeners) room.sandbox.listen(listener);
      this.#rooms.set(key, room);
    }
    room.users++;
    room.idle?.[Symbol.dispose]();
    return room;
  }

  leave(whose: Whose): void {
    const key = keyOf(whose);
    const room = this.#rooms.get(key);
    if (!room || --room.users > 0) return;
    room.idle = after(IDLE_MS, () => {
      this.#rooms.delete(key);
      const gone = room.sandbox.stop().finally(() => this.#going.delete(key));
      this.#going.set(key, gone.catch(() => {}));
      spawn("Removing a container that nobody uses", gone);
    }, { clock: this.#clock });
  }

  /** Into whose containers logins are handed. */
  get conversations(): Set<string> {
    return new Set([...this.#rooms.values()].map(({ conversation }) => conversation));
  }

  listen(listener: (event: SandboxEvent) => void): void {
    this.#listeners.push(listener);
    for (const { sandbox } of this.#rooms.values()) sandbox.listen(listener);
  }

  /** Ends and removes them all. */
  async stop(): Promise<void> {
    for (const { idle } of this.#rooms.values()) idle?.[Symbol.dispose]();
    const rooms = [...this.#rooms.values()].map(({ sandbox }) => sandbox.stop());
    await Promise.all([...rooms, ...this.#going.values()]);
  }
}

function keyOf({ conversation, project }: Whose): string {
  return JSON.stringify([conversation, project]);
}
