import { type Hook, hookSchema } from "../../src/webhooks/hook.ts";
import { webhookApp } from "../../src/webhooks/app.ts";
import { Events, type OpenEvent } from "../../src/webhooks/events.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { FakeClock } from "./fake_clock.ts";
import type { TelegramState } from "../../src/telegram/liveness.ts";
import { TempFolder } from "./temp_folder.ts";

/** A hook with what a test says about it. */
export function hookOf(fields: Record<string, unknown> = {}): Hook {
  return hookSchema.parse({
    id: "deploys",
    title: "Deploys",
    mode: "wake",
    prompt_template: "Look at {{text}}",
    token: "the-token",
    ...fields,
  });
}

/** The server's answers with real files, without a socket. */
export interface Door extends AsyncDisposable {
  folder: TempFolder;
  clock: FakeClock;
  registry: Registry;
  events: Events;
  accepted: OpenEvent[];
  /** Why requests became no event. */
  turnedAway: string[];
  settings: ReturnType<typeof defaultConfig>["webhooks"];
  request(path: string, init?: RequestInit, source?: string): Promise<Response>;
  /** What is said of Telegram. */
  telegram: TelegramState;
  /** Posts JSON to `deploys` with its token. */
  post(body: unknown, headers?: Record<string, string>, source?: string): Promise<Response>;
}

export async function openDoor(hooks: Hook[] = [hookOf()]): Promise<Door> {
  const folder = await TempFolder.make();
  const clock = new FakeClock();
  const registry = new Registry(folder.at("webhooks.json"), { clock });
  for (const hook of hooks) await registry.add(hook);
  const events = await Events.open(folder.at("events.jsonl"), () => clock.now());
  const accepted: OpenEvent[] = [];
  const turnedAway: string[] = [];
  const settings = { ...defaultConfig().webhooks, enabled: true, token: "global-token" };
  const telegram: TelegramState = {};
  const app = webhookApp({
    registry,
    events,
    clock,
    settings: () => settings,
    accepted: (event) => accepted.push(event),
    telegram: () => telegram,
    turnedAway: (reason) => turnedAway.push(reason),
    metrics: () => "ductor_turns_total 1\n",
  });
  const door: Door = {
    telegram,
    folder,
    clock,
    registry,
    events,
    accepted,
    turnedAway,
    settings,
    async request(path, init, source) {
      return await app.request(path, init, source === undefined ? {} : { source });
    },
    post(body, headers = {}, source) {
      return door.request("/hooks/deploys", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: "Bearer the-token",
          ...headers,
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }, source);
    },
    async [Symbol.asyncDispose]() {
      await clock.advance(2000);
      await registry.flush();
      await events.close();
      await folder[Symbol.asyncDispose]();
    },
  };
  return door;
}

/** HMAC by WebCrypto: another implementation than the program's. */
export async function hmac(
  hash: "SHA-256" | "SHA-1" | "SHA-512",
  secret: string | Uint8Array,
  ...parts: (string | Uint8Array)[]
): Promise<{ hex: string; base64: string }> {
  const bytes = (part: string | Uint8Array) =>
    typeof part === "string" ? new TextEncoder().encode(part) : part;
  const key = await crypto.subtle.importKey(
    "raw",
    bytes(secret) as BufferSource,
    { name: "HMAC", hash },
    false,
    ["sign"],
  );
  const message = new Uint8Array(parts.flatMap((part) => [...bytes(part)]));
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
  return {
    hex: [...signature].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    base64: btoa(String.fromCharCode(...signature)),
  };
}
