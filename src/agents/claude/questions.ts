/** Permission questions of a live session: to whom they are put, and what becomes of the answers. */
import { spawn } from "../../base/async/spawn.ts";
import type { PermissionDecision } from "../agent.ts";
import type { ControlChannel } from "./control.ts";
import { answer, canRepeat, describe, sameRequest } from "./permission.ts";
import type { Turn } from "./turn.ts";
import type { Turns } from "./turns.ts";
import type { Message } from "./wire.ts";

export class Questions {
  readonly #turns: Turns;
  readonly #control: ControlChannel;
  readonly #cwd: string;
  /** What the user allowed for as long as this session lives. */
  readonly #allowed = new Set<string>();

  constructor(turns: Turns, control: ControlChannel, cwd: string) {
    this.#turns = turns;
    this.#control = control;
    this.#cwd = cwd;
  }

  /** The CLI asks something. */
  asked(message: Message): void {
    const { request_id: id = "", request = {} } = message;
    if (request.subtype !== "can_use_tool") {
      spawn(
        "Answering Claude",
        this.#control.refuse(id, `ductor does not support ${request.subtype}.`),
      );
      return;
    }
    const same = sameRequest(request);
    if (this.#allowed.has(same)) {
      spawn("Answering Claude", this.#control.respond(id, answer(request, { behavior: "allow" })));
      return;
    }
    const turn = this.#turns.asking();
    turn.asking.set(id, request);
    this.#turns.push(turn, {
      type: "permission",
      id,
      ...describe(request, this.#cwd),
      respond: async (decision: PermissionDecision) => {
        // Answered before, or taken back by the CLI.
        if (!turn.asking.delete(id)) return;
        if (decision.behavior === "allow_session" && canRepeat(request)) this.#allowed.add(same);
        await this.#control.respond(id, answer(request, decision));
        this.#turns.endAside();
      },
    });
  }

  /** The CLI does not want an answer any more. */
  takenBack(id: string): void {
    for (const turn of this.#turns.open()) {
      if (turn.asking.delete(id)) turn.push({ type: "permission_cancelled", id });
    }
    this.#turns.endAside();
  }

  /** Says no to all that a turn has asked. */
  deny(turn: Turn): void {
    for (const [id, request] of turn.asking) {
      const reason = "The user stopped it.";
      spawn(
        "Answering Claude",
        this.#control.respond(id, answer(request, { behavior: "deny", reason })),
      );
    }
    turn.asking.clear();
    this.#turns.endAside();
  }
}
