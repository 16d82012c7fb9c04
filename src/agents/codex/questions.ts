/** The open questions of a live session: to whom they are put, and what becomes of the answers. */
import { spawn } from "../../base/async/spawn.ts";
import { getLogger } from "@logtape/logtape";
import type { PermissionDecision } from "../agent.ts";
import type { Question } from "./approvals.ts";
import type { RpcConnection, RpcId } from "../json_rpc.ts";
import type { Turn } from "./turn.ts";

const log = getLogger(["ductor", "codex"]);

const CANCEL = { decision: "cancel" };

export class Questions {
  readonly #rpc: RpcConnection;
  readonly #threadId: string;
  readonly #open = new Map<RpcId, (reply: unknown) => void>();

  constructor(rpc: RpcConnection, threadId: string) {
    this.#rpc = rpc;
    this.#threadId = threadId;
  }

  /** Waits for the user. A question that Codex takes back, or that outlives the turn, is cancelled. */
  async ask(question: Question, id: RpcId, turn: Turn): Promise<unknown> {
    const reply = Promise.withResolvers<unknown>();
    const eventId = crypto.randomUUID();
    this.#open.set(id, reply.resolve);
    turn.asked.add(eventId);
    const { answer: answerTo, ...asking } = question;
    turn.events.push({
      type: "permission",
      id: eventId,
      ...asking,
      respond: async (decision) => {
        if (!turn.asked.delete(eventId)) return;
        reply.resolve(answerTo(decision));
        // The answer to a question has the words in it.
        if (!asking.choices) await this.#explain(decision, turn);
      },
    });
    spawn("Taking back a question", turn.ended.then(() => reply.resolve(CANCEL)));
    const answer = await reply.promise;
    this.#open.delete(id);
    if (turn.asked.delete(eventId)) {
      turn.events.push({ type: "permission_cancelled", id: eventId });
    }
    return answer;
  }

  /** Codex does not want an answer any more. */
  takenBack(id: unknown): void {
    this.#open.get(id as RpcId)?.(CANCEL);
  }

  /** The process has ended: nobody wants any answer. */
  close(): void {
    for (const reply of this.#open.values()) reply(CANCEL);
  }

  /** A denial cannot carry words, so the reason follows as a message into the running turn. */
  async #explain(decision: PermissionDecision, turn: Turn): Promise<void> {
    if (decision.behavior !== "deny" || !decision.reason || turn.done) return;
    const message = `I declined this: ${decision.reason}`;
    await this.#rpc.request("turn/steer", {
      threadId: this.#threadId,
      expectedTurnId: await turn.started,
      input: [{ type: "text", text: message, text_elements: [] }],
    }).catch((error) => log.debug("codex did not take the reason: {error}", { error }));
  }
}
