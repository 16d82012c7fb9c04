import type {
  AgentEvent,
  BackgroundTask,
  BackgroundWork,
  WokenTurn,
} from "../../src/agents/agent.ts";
import { EventQueue } from "../../src/base/event_queue.ts";

/** A woken turn whose events a test says. */
export class ScriptedWokenTurn implements WokenTurn {
  readonly events = new EventQueue<AgentEvent>();
  interrupts = 0;

  /** Says events; the turn is over after a `result` or an `error`. */
  say(...events: AgentEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      if (event.type === "result" || event.type === "error") this.events.end();
    }
  }

  interrupt(): Promise<void> {
    this.interrupts++;
    this.say({ type: "result", text: "", interrupted: true });
    return Promise.resolve();
  }
}

/** Work beside the turns of a session, played by a test. */
export class ScriptedBackground implements BackgroundWork {
  readonly woken = new EventQueue<WokenTurn>();
  readonly running: BackgroundTask[] = [];
  readonly #settled = Promise.withResolvers<void>();
  #sign = Promise.withResolvers<void>();

  tasks(): readonly BackgroundTask[] {
    return this.running;
  }

  stop(): Promise<readonly BackgroundTask[]> {
    return Promise.resolve(this.running.splice(0));
  }

  settled(): Promise<void> {
    return this.#settled.promise;
  }

  sign(): Promise<void> {
    return this.#sign.promise;
  }

  /** The agent begins a turn by itself. */
  wake(...events: AgentEvent[]): ScriptedWokenTurn {
    const turn = new ScriptedWokenTurn();
    turn.say(...events);
    this.woken.push(turn);
    return turn;
  }

  /** What runs shows that it is alive. */
  stir(): void {
    this.#sign.resolve();
    this.#sign = Promise.withResolvers();
  }

  /** Nothing runs any more. */
  settle(): void {
    this.running.length = 0;
    this.#settled.resolve();
  }
}
