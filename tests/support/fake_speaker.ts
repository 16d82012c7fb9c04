import type { PermissionDecision } from "../../src/agents/agent.ts";
import { takeBack } from "../../src/base/take_back.ts";
import type { Address } from "../../src/conversation/address.ts";
import type { Ending } from "../../src/conversation/ending.ts";
import type { Request } from "../../src/conversation/request.ts";
import type { Question, Reply, Said, Speaker } from "../../src/conversation/speaker.ts";

/** An answer, as it was written. */
export class FakeReply implements Reply {
  answer = "";
  ending: Ending | undefined;
  readonly statuses: (string | null)[] = [];
  readonly delivered = Promise.resolve("delivered" as const);

  constructor(readonly request: Request, readonly id: string | undefined) {}

  get started(): boolean {
    return this.answer !== "";
  }

  text(delta: string): void {
    this.answer += delta;
  }

  withdraw(text: string): void {
    this.answer = takeBack(this.answer, text);
  }

  paragraph(): void {}
  thinking(): void {}
  tool(): void {}

  asks(): Promise<Disposable> {
    return Promise.resolve({ [Symbol.dispose]() {} });
  }

  status(what: string | null): void {
    this.statuses.push(what);
  }

  finish(ending: Ending): Promise<void> {
    if (this.ending) throw new Error("The reply has ended before");
    this.ending = ending;
    return Promise.resolve();
  }
}

/** Keeps what is said to a conversation. */
export class FakeSpeaker implements Speaker {
  readonly replies: FakeReply[] = [];
  /** Ends without an answer, and the ids they were said under. */
  readonly ends: { ending: Ending; id: string | undefined }[] = [];
  readonly said: string[] = [];
  /** Open questions, and how to answer them. */
  readonly questions: {
    question: Question;
    signal: AbortSignal;
    answer(decision: PermissionDecision | undefined): void;
  }[] = [];
  typingIn = 0;

  get last(): FakeReply {
    return this.replies.at(-1)!;
  }

  reply(request: Request, options?: { id: string }): Reply {
    const reply = new FakeReply(request, options?.id);
    this.replies.push(reply);
    return reply;
  }

  end(_request: Request, ending: Ending, said?: Pick<Said, "id">): Promise<void> {
    this.ends.push({ ending, id: said?.id });
    return Promise.resolve();
  }

  say(_address: Address, markdown: string): Promise<void> {
    this.said.push(markdown);
    return Promise.resolve();
  }

  ask(
    _address: Address,
    question: Question,
    signal: AbortSignal,
  ): Promise<PermissionDecision | undefined> {
    return new Promise((answer) => this.questions.push({ question, signal, answer }));
  }

  typing(): Disposable {
    this.typingIn++;
    return { [Symbol.dispose]: () => void this.typingIn-- };
  }
}
