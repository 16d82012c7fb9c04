/**
 * An agent of the Agent Client Protocol made of script: it answers requests at once from a table, and
 * says what the test tells it to. Shapes as recorded from OpenCode 1.18 and Gemini CLI 0.61.
 */
import { type FakeChild, FakeLauncher, type Message, Refusal, SILENT } from "./fake_codex.ts";

export const SESSION = "ses_1";

type Answer = (params: Message) => unknown;

export class FakeAcp {
  readonly launcher: FakeLauncher;
  /** Everything that was sent, requests, answers and notifications. */
  readonly received: Message[] = [];
  readonly answers: Record<string, Answer> = {
    "initialize": () => ({
      protocolVersion: 1,
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true },
        sessionCapabilities: { close: {}, list: {}, resume: {} },
      },
      authMethods: [{ id: "login", name: "Login", description: "Run `acme auth` in the terminal" }],
      agentInfo: { name: "Acme", version: "1.2.3" },
    }),
    "session/new": () => ({ sessionId: SESSION, configOptions: OPTIONS }),
    "session/resume": () => ({ configOptions: OPTIONS }),
    "session/load": () => ({ configOptions: OPTIONS }),
    "session/set_config_option": () => ({ configOptions: OPTIONS }),
    "session/prompt": () => SILENT,
  };
  #prompts: number[] = [];

  constructor() {
    this.launcher = new FakeLauncher((child) => {
      child.onLine = (line) => this.#receive(child, JSON.parse(line));
    });
  }

  get child(): FakeChild {
    return this.launcher.children.at(-1)!;
  }

  /** Params of every request or notification of this method. */
  params(method: string): Message[] {
    return this.received.filter((message) => message.method === method).map(({ params }) => params);
  }

  #receive(child: FakeChild, message: Message): void {
    this.received.push(message);
    const { id, method, params } = message;
    if (method === undefined || id === undefined) return;
    const handler = this.answers[method];
    const answer = handler ? handler(params) : new Refusal(`no ${method}`, -32601);
    if (method === "session/prompt" && answer === SILENT) this.#prompts.push(id);
    if (answer !== SILENT) this.#answer(child, id, answer);
  }

  #answer(child: FakeChild, id: number, answer: unknown): void {
    const result = answer instanceof Refusal
      ? { error: { code: answer.code, message: answer.message } }
      : { result: answer };
    child.lines.push(JSON.stringify({ jsonrpc: "2.0", id, ...result }));
  }

  /** Sends an update of the session. */
  update(update: Message): void {
    const params = { sessionId: SESSION, update };
    this.child.lines.push(JSON.stringify({ jsonrpc: "2.0", method: "session/update", params }));
  }

  say(...pieces: string[]): void {
    for (const text of pieces) {
      const content = { type: "text", text };
      this.update({ sessionUpdate: "agent_message_chunk", messageId: "m", content });
    }
  }

  /** Asks for permission; the answer turns up in {@link received}. */
  ask(id: number, toolCall: Message): void {
    const options = [
      { optionId: "once", kind: "allow_once", name: "Allow once" },
      { optionId: "always", kind: "allow_always", name: "Always allow" },
      { optionId: "no", kind: "reject_once", name: "Reject" },
    ];
    const params = { sessionId: SESSION, toolCall, options };
    const method = "session/request_permission";
    this.child.lines.push(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  /** The answer to request `id` of {@link ask}: the chosen option, or `cancelled`. */
  chosen(id: number): string | undefined {
    const answer = this.received.find((message) =>
      message.id === id && message.method === undefined
    );
    return answer?.result?.outcome?.optionId ?? answer?.result?.outcome?.outcome;
  }

  /** Ends the running prompt. */
  end(answer: unknown = { stopReason: "end_turn" }): void {
    this.#answer(this.child, this.#prompts.shift()!, answer);
  }
}

export const OPTIONS = [
  {
    id: "model",
    category: "model",
    type: "select",
    name: "Model",
    currentValue: "acme/small",
    options: [
      { value: "acme/small", name: "Acme Small" },
      { value: "acme/big", name: "Acme Big", description: "slow" },
    ],
  },
  {
    id: "effort",
    category: "thought_level",
    type: "select",
    name: "Effort",
    currentValue: "high",
    options: [{ value: "high", name: "High" }, { value: "max", name: "Max" }],
  },
  {
    id: "mode",
    category: "mode",
    type: "select",
    name: "Mode",
    currentValue: "build",
    options: [{ value: "build", name: "build" }, { value: "plan", name: "plan" }],
  },
];
