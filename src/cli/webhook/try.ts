/** `ductor webhook test`: one event as the sender would send it, signed and over HTTP. */
import { jsonOrText } from "../../base/jsonc.ts";
import { schemeOf, secretsOf } from "../../webhooks/auth.ts";
import { answer, CommandError } from "../reply.ts";
import { authOf, findHook, openHooks, urlOf } from "./hooks.ts";

/** How long the server may take. */
const TIMEOUT_MS = 10_000;

const HINTS: Record<number, string> = {
  200: "It was accepted before (same delivery id).",
  401: "The webhook is switched off, or its secret is not the one that was used.",
  429: "Too many events within a minute; see webhooks.rate_limit_per_minute.",
};

export function tryOut(
  id: string,
  options: { payload: string; json?: boolean },
): Promise<number> {
  return answer(options, async () => {
    const hooks = await openHooks();
    const { settings, now } = hooks;
    const hook = await findHook(hooks, id);
    if (!settings.enabled) {
      throw new CommandError(
        "Webhooks are switched off. Switch them on: ductor config set webhooks.enabled true",
      );
    }
    const body = bodyOf(options.payload);
    const [secret] = secretsOf(hook, settings.token, now);
    const scheme = schemeOf(hook);
    if (!scheme) throw new CommandError(`${id} has a preset nobody knows: ${hook.preset}`);
    if (secret === undefined) {
      throw new CommandError(`${id} has no secret yet: ductor webhook edit ${id} --secret SECRET`);
    }
    const url = urlOf(id, settings);
    const response = await post(url, body, scheme.sign(body, secret, now));
    const text = await response.text();
    const well = response.status === 202;
    const hint = HINTS[response.status];
    return {
      json: {
        hook_id: id,
        url,
        status: response.status,
        response: jsonOrText(text),
        auth_mode: authOf(hook),
        ...!well && { error: hint ?? "not accepted" },
      },
      text: well
        ? `Accepted (202): the agent was given the event, see the chat.`
        : `Not accepted: ${response.status} ${text}${hint ? `\n${hint}` : ""}`,
      code: well ? 0 : 1,
    };
  });
}

function bodyOf(payload: string): Uint8Array<ArrayBuffer> {
  try {
    return new TextEncoder().encode(JSON.stringify(JSON.parse(payload)));
  } catch {
    throw new CommandError(`--payload is not JSON: ${payload.slice(0, 80)}`);
  }
}

async function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  signed: Record<string, string>,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...signed },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `Nobody answers at ${url}: ${reason}. Is the bot running? (ductor status)`,
    );
  }
}
