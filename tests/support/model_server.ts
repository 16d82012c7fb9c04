/**
 * A model service on loopback for the real CLIs: it speaks the Anthropic Messages API (what `claude`
 * and `opencode` ask), the OpenAI Responses API (what `codex` asks) and the Gemini API (`gemini`),
 * all streamed, and answers from the demo brain. So they and the demo agent say the same to the same
 * question.
 *
 * ```ts
 * await using server = await ModelServer.start();
 * const env = server.claudeEnv(home); // or: await server.codexEnv(home)
 * ```
 */

import { sleep } from "../../src/base/async/sleep.ts";
import { think } from "../../src/demo/brain/brain.ts";
import type { Brain, Failure, Step, Thought } from "../../src/demo/brain/thought.ts";
import { chunks } from "../../src/demo/agent/answer.ts";
import * as anthropic from "./model_server_anthropic.ts";
import * as gemini from "./model_server_gemini.ts";
import * as openai from "./model_server_openai.ts";

/** What a CLI asked of the model, as the tests want to see it. */
export interface ModelRequest extends Thought {
  api: "anthropic" | "openai" | "gemini";
  /** Everything the CLI told the model about itself: system prompt, memory, developer messages. */
  instructions: string;
  /** Whether the request asks the model to think (Anthropic `thinking`, OpenAI `reasoning`). */
  thinking: boolean;
  /** The request as it came. */
  body: Record<string, unknown>;
  headers: Record<string, string>;
  /** True once the CLI hung up before the answer was complete. */
  aborted: boolean;
  /** Resolves when the answer is complete or was aborted. */
  ended: Promise<void>;
}

/** A stop in the middle of answers; see {@link ModelServer.hold}. */
export interface Hold {
  /** Resolves when an answer has sent its first piece of text and waits. */
  reached: Promise<ModelRequest>;
  /** Lets everything go on. */
  release(): void;
  /** Lets the answers that wait break off, as a connection does. */
  cut(): void;
}

export interface ModelServerOptions {
  /** Decides what is answered; default: the demo brain. */
  brain?: Brain;
  /** Pause between pieces of text, in milliseconds; default 2. */
  delayMs?: number;
  /** Size of the pieces of text, in characters; default 24. */
  chunkSize?: number;
}

/** What an API's half of the server needs from the whole. */
export interface Answering {
  request: ModelRequest;
  /** Pieces of what the brain says, paced; ends early when the client has gone. */
  pieces: AsyncIterable<Step>;
}

const PORT_ANY = 0;
/** Models with other names are refused, as the services do. */
const KNOWN_MODEL = /^(claude-|gpt-|codex-|o\d|gemini-)/;

export class ModelServer implements AsyncDisposable {
  /** Every question to the model, oldest first. */
  readonly requests: ModelRequest[] = [];
  /** Everything else that was asked of the server: `METHOD /path`. */
  readonly others: string[] = [];
  /** Base address, without a slash at the end. */
  readonly url: string;

  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #brain: Brain;
  readonly #chunkSize: number;
  readonly #watchers = new Set<() => void>();
  readonly #closing = new AbortController();
  /** The question that failed last, once for every time it was asked. */
  readonly #failed: string[] = [];
  /** Pause between pieces of text, in milliseconds. */
  delayMs: number;
  #hold:
    | { gate: PromiseWithResolvers<void>; reached: PromiseWithResolvers<ModelRequest> }
    | undefined;

  /** Starts on a free port of 127.0.0.1. */
  static start(options: ModelServerOptions = {}): Promise<ModelServer> {
    return Promise.resolve(new ModelServer(options));
  }

  private constructor(options: ModelServerOptions) {
    this.#brain = options.brain ?? think;
    this.delayMs = options.delayMs ?? 2;
    this.#chunkSize = options.chunkSize ?? 24;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: PORT_ANY, onListen: () => {} },
      (request) => this.#handle(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /**
   * Environment for `claude`. `login: "key"` (default) uses an API key; `"subscription"` a token as
   * `claude setup-token` gives, with which the CLI understands usage limits.
   */
  claudeEnv(home: string, login: "key" | "subscription" = "key"): Record<string, string> {
    return {
      HOME: home,
      CLAUDE_CONFIG_DIR: `${home}/.claude`,
      ANTHROPIC_BASE_URL: this.url,
      ...(login === "key"
        ? { ANTHROPIC_API_KEY: "local-test-key" }
        : { CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-local-test-token" }),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      IS_SANDBOX: "1",
    };
  }

  /** Writes `config.toml` into a Codex home below `home` and returns the environment for `codex`. */
  async codexEnv(home: string, options: { model?: string } = {}): Promise<Record<string, string>> {
    const codexHome = `${home}/.codex`;
    await Deno.mkdir(codexHome, { recursive: true });
    await Deno.writeTextFile(
      `${codexHome}/config.toml`,
      openai.configToml(this.url, options.model ?? "gpt-5.5"),
    );
    return { HOME: home, CODEX_HOME: codexHome, LOCAL_MODEL_KEY: "local-test-key" };
  }

  /** Writes a config below `home` that sends OpenCode here, and returns the environment for it. */
  async opencodeEnv(home: string): Promise<Record<string, string>> {
    const folder = `${home}/.config/opencode`;
    await Deno.mkdir(folder, { recursive: true });
    const config = {
      model: "anthropic/claude-sonnet-4-5",
      small_model: "anthropic/claude-haiku-4-5",
      autoupdate: false,
      share: "disabled",
      enabled_providers: ["anthropic"],
      provider: { anthropic: { options: { baseURL: `${this.url}/v1`, apiKey: "local-test-key" } } },
    };
    await Deno.writeTextFile(`${folder}/opencode.json`, JSON.stringify(config));
    return {
      HOME: home,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_DATA_HOME: `${home}/.local/share`,
      XDG_CACHE_HOME: `${home}/.cache`,
      XDG_STATE_HOME: `${home}/.local/state`,
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    };
  }

  /** Writes settings below `home` and returns the environment that sends Gemini CLI here. */
  async geminiEnv(home: string): Promise<Record<string, string>> {
    await Deno.mkdir(`${home}/.gemini`, { recursive: true });
    await Deno.writeTextFile(`${home}/.gemini/settings.json`, JSON.stringify(gemini.SETTINGS));
    return {
      HOME: home,
      GEMINI_API_KEY: "local-test-key",
      GOOGLE_GEMINI_BASE_URL: this.url,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    };
  }

  /**
   * From now on every answer stops after its first piece of text, until released or until the CLI
   * hangs up. Lets a test act in the middle of a text without guessing times.
   */
  hold(): Hold {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<ModelRequest>();
    gate.promise.catch(() => {});
    const hold = this.#hold = { gate, reached };
    const end = () => {
      if (this.#hold === hold) this.#hold = undefined;
    };
    return {
      reached: reached.promise,
      release: () => {
        end();
        gate.resolve();
      },
      cut: () => {
        end();
        gate.reject(new Error("the stream breaks off"));
      },
    };
  }

  /** The first request, past or coming, that `fits`. Rejects when the signal is aborted. */
  async waitFor(
    fits: (request: ModelRequest) => boolean,
    signal: AbortSignal = AbortSignal.timeout(30_000),
  ): Promise<ModelRequest> {
    while (true) {
      const found = this.requests.find(fits);
      if (found) return found;
      signal.throwIfAborted();
      const news = Promise.withResolvers<void>();
      this.#watchers.add(news.resolve);
      signal.addEventListener("abort", () => news.resolve(), { once: true });
      await news.promise;
      this.#watchers.delete(news.resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#server.shutdown();
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = request.method === "POST"
      ? await request.json().catch(() => ({})) as Record<string, unknown>
      : {};
    const headers = Object.fromEntries(request.headers);
    if (request.method === "POST" && pathname === "/v1/messages") {
      return this.#answer("anthropic", anthropic, body, headers, request.signal);
    }
    if (request.method === "POST" && pathname === "/v1/responses") {
      return this.#answer("openai", openai, body, headers, request.signal);
    }
    const asked = /^\/v1beta\/models\/([^/:]+):(\w+)$/.exec(pathname);
    if (asked?.[2] === "streamGenerateContent") {
      return this.#answer("gemini", gemini, { ...body, model: asked[1] }, headers, request.signal);
    }
    this.others.push(`${request.method} ${pathname}`);
    if (asked?.[2] === "generateContent") return gemini.small();
    if (asked?.[2] === "countTokens") {
      return Response.json({ totalTokens: tokens(JSON.stringify(body)) });
    }
    if (pathname === "/v1/messages/count_tokens") {
      return Response.json({ input_tokens: Math.ceil(JSON.stringify(body).length / 4) });
    }
    if (pathname === "/v1/models") {
      return Response.json({ object: "list", data: [], models: [], has_more: false });
    }
    if (request.method === "HEAD") return new Response(null, { status: 200 });
    return Response.json({ type: "error", error: { type: "not_found_error", message: pathname } }, {
      status: 404,
    });
  }

  #answer(
    api: ModelRequest["api"],
    dialect: typeof anthropic | typeof openai | typeof gemini,
    body: Record<string, unknown>,
    headers: Record<string, string>,
    hungUp: AbortSignal,
  ): Response {
    const end = Promise.withResolvers<void>();
    const question = dialect.read(body);
    const request: ModelRequest = {
      ...question,
      attempt: this.#failed.at(-1) === asked(question) ? this.#failed.length : 0,
      api,
      body,
      headers,
      aborted: false,
      ended: end.promise,
    };
    this.requests.push(request);
    for (const watcher of this.#watchers) watcher();
    const steps = KNOWN_MODEL.test(request.model ?? "")
      ? this.#brain(request)
      : [{ fail: unknownModel(request.model ?? "") }];
    const failed = steps.find((step): step is { fail: Failure } => "fail" in step);
    if (!failed || !request.attempt) this.#failed.length = 0;
    if (failed) {
      this.#failed.push(asked(question));
      end.resolve();
      return dialect.failure(failed.fail);
    }
    // So Claude Code asks once more when a stream has broken off.
    if (api === "anthropic" && body.stream !== true) {
      end.resolve();
      return anthropic.message(request, steps);
    }
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, hungUp, this.#closing.signal]);
    const pieces = this.#pace(request, steps, signal);
    const encoder = new TextEncoder();
    const server = this.#closing.signal;
    let frames: AsyncIterator<string> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start() {
        frames = dialect.frames({ request, pieces })[Symbol.asyncIterator]();
      },
      async pull(controller) {
        try {
          const frame = await frames!.next();
          if (signal.aborted) throw signal.reason;
          if (!frame.done) return controller.enqueue(encoder.encode(frame.value));
          end.resolve();
          controller.close();
        } catch (error) {
          if (!server.aborted) request.aborted = true;
          end.resolve();
          controller.error(error);
        }
      },
      cancel() {
        request.aborted = true;
        gone.abort(new Error("the client hung up"));
        end.resolve();
      },
    });
    return new Response(stream, {
      headers: { "content-type": "text/event-stream", "request-id": `req_${id()}` },
    });
  }

  async *#pace(request: ModelRequest, steps: Step[], signal: AbortSignal): AsyncIterable<Step> {
    for (const step of steps) {
      if (!("say" in step) && !("think" in step)) {
        yield step;
        continue;
      }
      const said = "say" in step;
      if (said && step.waitMs) await rest(step.waitMs, signal);
      for (const piece of chunks(said ? step.say : step.think, this.#chunkSize)) {
        yield said ? { say: piece } : { think: piece };
        if (said && this.#hold) {
          this.#hold.reached.resolve(request);
          await Promise.race([this.#hold.gate.promise, aborted(signal)]);
          signal.throwIfAborted();
        }
        if (this.delayMs > 0) await rest(this.delayMs, signal);
      }
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, { signal });
  signal.throwIfAborted();
}

/** Tells whether two requests ask the same: a CLI asks again after an error. */
function asked({ text, history }: Thought): string {
  return `${history.length} ${text}`;
}

/** A random id as the services have them. */
export function id(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 24);
}

/** What the text of a token count would be; near enough for tests. */
export function tokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

function unknownModel(model: string): Failure {
  return { status: 404, type: "not_found_error", message: `model: ${model}` };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
