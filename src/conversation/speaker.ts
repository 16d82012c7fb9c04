/** How a conversation speaks to its user; implemented by the Telegram side. */
import type { Asking, PermissionDecision } from "../agents/agent.ts";
import type { Address } from "./address.ts";
import type { Ending } from "./ending.ts";
import type { Request } from "./request.ts";

/** A button of ours under a message; `action` comes back when it is pressed. */
export interface Button {
  label: string;
  /** Empty where it copies something. */
  action: string;
  /** What the phone copies instead, at most 256 UTF-16 units. */
  copy?: string;
}

export interface Said {
  /** Rows of buttons under the message. */
  buttons?: Button[][];
  /** Message to reply to. */
  replyTo?: number;
  /** What was said under this id, now or before a restart, is not said again. */
  id?: string;
}

/** The answer of one turn while it is being written. */
export interface Reply {
  /** The next piece of the answer, Markdown. */
  text(delta: string): void;
  /** Takes back the end of the answer: `text`, as it was given. */
  withdraw(text: string): void;
  /** What follows is a new paragraph. */
  paragraph(): void;
  /** The agent is thinking; the next piece of it, or nothing. */
  thinking(text: string): void;
  /**
   * The agent uses a tool; `input` is one line: the command, the path. What was said before it is the
   * answer only if nothing follows. `inner`: a sub-agent of its does, which changes nothing of that.
   */
  tool(name: string, input: string, how?: { inner?: boolean }): void;
  /** Something passing that holds up the answer; `null`: it is over. */
  status(what: "compacting" | "retrying" | null): void;
  /**
   * The user is about to be asked. When it resolves, what was said before is on its way; nothing more
   * is shown until the question is over, which disposing says.
   */
  asks(): Promise<Disposable>;
  /** Whether anything was said. */
  readonly started: boolean;
  /**
   * Ends the answer, and says what there is to know of its end. Resolves when the end is on disk, so
   * that it will arrive whatever happens.
   */
  finish(ending: Ending): Promise<void>;
  /** Resolves when the user has the finished answer, or cannot get it. */
  readonly delivered: Promise<"delivered" | "dropped">;
}

/** What the agent asks the user. */
export interface Question extends Asking {
  /** Only this user may answer. */
  userId: number;
}

export interface ReplyOptions {
  /** As `Said.id`: under a known one nothing is said. */
  id: string;
  /** Whether the answer is said even if it cannot be put on disk. */
  unkept?: boolean;
}

export interface Speaker {
  reply(request: Request, options?: ReplyOptions): Reply;
  /** Says how a request ended that has no answer to say it under. As `say`. */
  end(request: Request, ending: Ending, said?: Pick<Said, "id">): Promise<void>;
  /** Says one thing. Resolves when it is on disk. */
  say(address: Address, markdown: string, said?: Said): Promise<void>;
  /**
   * Asks the user. Resolves with the decision (a question nobody answered is a "deny"), or with
   * nothing when `signal` takes the question back.
   */
  ask(
    address: Address,
    question: Question,
    signal: AbortSignal,
  ): Promise<PermissionDecision | undefined>;
  /** Shows "typing…" until disposed of. */
  typing(address: Address): Disposable;
}
