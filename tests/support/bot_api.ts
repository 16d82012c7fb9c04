import assert from "node:assert/strict";
import { Api, GrammyError } from "grammy";
import { BotApiServer } from "../../src/bot_api/server.ts";
import type { ApiFailure, ServerOptions } from "../../src/bot_api/types.ts";

/** A clock that only moves when told to. */
export class Clock {
  ms = 1_790_000_000_000;
  readonly now = () => this.ms;
  advance(ms: number): void {
    this.ms += ms;
  }
}

/** A server, a grammY client for it, and Alice, who has written "hi" (message 1). */
export async function setUp(options: ServerOptions = {}) {
  const server = await BotApiServer.start(options);
  const api = new Api(server.token, { apiRoot: server.apiRoot });
  const alice = server.user({ id: 1001, first_name: "Alice" });
  alice.send("hi");
  return {
    server,
    api,
    alice,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Expects a refusal with exactly this code and description. */
export async function refused(
  call: Promise<unknown>,
  code: number,
  description: string,
): Promise<ApiFailure> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof GrammyError, `expected a GrammyError, found ${error}`);
    assert.equal(error.description, description);
    assert.equal(error.error_code, code);
    return { ...error, description, error_code: code };
  }
  assert.fail(`expected ${code} ${description}, but the call was accepted`);
}

/** Expects 400 `Bad Request: <what>`. */
export function bad(call: Promise<unknown>, what: string): Promise<ApiFailure> {
  return refused(call, 400, `Bad Request: ${what}`);
}

/** Calls a method with plain fetch. */
export async function post(
  server: BotApiServer,
  method: string,
  payload: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.apiRoot}/bot${server.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(payload),
  });
  return { status: response.status, body: await response.json() };
}

/** A PNG of that size, as far as its head says. */
export function png(width = 100, height = 80): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}
