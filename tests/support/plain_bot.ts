import assert from "node:assert/strict";
import type { Update } from "grammy/types";

/** A bot of nothing but `fetch`: calls methods, and reads updates one by one. */
export class PlainBot {
  readonly #root: string;
  readonly #files: string;
  readonly #waiting: Update[] = [];
  #offset = 0;

  constructor(server: { apiRoot: string; token: string }) {
    this.#root = `${server.apiRoot}/bot${server.token}`;
    this.#files = `${server.apiRoot}/file/bot${server.token}`;
  }

  /** Calls a method; throws what Telegram says when it refuses. Blobs make the call a multipart one. */
  // deno-lint-ignore no-explicit-any -- a result is whatever the method returns
  async call(method: string, payload: Record<string, unknown> = {}): Promise<any> {
    const blobs = Object.values(payload).some((value) => value instanceof Blob);
    const init: RequestInit = blobs
      ? { body: form(payload) }
      : { body: JSON.stringify(payload), headers: { "content-type": "application/json" } };
    const answer = await fetch(`${this.#root}/${method}`, { method: "POST", ...init });
    const { ok, result, description } = await answer.json();
    if (!ok) throw new Error(`${method}: ${description}`);
    return result;
  }

  /** The next update; fails when none comes within ten seconds. */
  async next(): Promise<Update> {
    if (this.#waiting.length === 0) {
      const updates: Update[] = await this.call("getUpdates", {
        offset: this.#offset,
        timeout: 10,
        allowed_updates: ["message", "edited_message", "callback_query", "message_reaction"],
      });
      this.#waiting.push(...updates);
      this.#offset = (updates.at(-1)?.update_id ?? this.#offset - 1) + 1;
    }
    const update = this.#waiting.shift();
    assert.ok(update, "expected an update within ten seconds");
    return update;
  }

  async download(fileId: string): Promise<Uint8Array> {
    const { file_path } = await this.call("getFile", { file_id: fileId });
    return await (await fetch(`${this.#files}/${file_path}`)).bytes();
  }
}

function form(payload: Record<string, unknown>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(payload)) {
    if (value instanceof File) data.set(name, value, value.name);
    else if (value instanceof Blob) data.set(name, value, "blob");
    else data.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return data;
}
