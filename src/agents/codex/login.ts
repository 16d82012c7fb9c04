/** What of Codex's login gets into the sandbox, and how the host renews it. */
import { Buffer } from "node:buffer";
import { isObject, text as textIn } from "../../base/shape.ts";
import type { LoginKey, Renewal } from "../facts.ts";

/** Where Codex keeps the one key of the ways to log in that have no tokens to renew. */
const KEY_OF_MODE: Readonly<Record<string, string>> = {
  apikey: "OPENAI_API_KEY",
  personalAccessToken: "personal_access_token",
  agentIdentity: "agent_identity",
};

/** Reads `auth.json`; undefined: it holds no login. */
export function keyOfLogin(file: Record<string, unknown>): LoginKey | undefined {
  // Older versions do not say which one they use, and prefer the key.
  const mode = text(file.auth_mode) ?? (text(file.OPENAI_API_KEY) ? "apikey" : "chatgpt");
  const name = Object.hasOwn(KEY_OF_MODE, mode) ? KEY_OF_MODE[mode] : undefined;
  if (name !== undefined) {
    return file[name] ? { file: { auth_mode: mode, [name]: file[name] } } : undefined;
  }
  const tokens = fields(file.tokens);
  const token = text(tokens.access_token);
  if (token === undefined) return undefined;
  const endsAt = endOf(token);
  return {
    file: {
      auth_mode: mode,
      tokens: {
        // Codex reads only the account's claims in it, and the access token has them too.
        id_token: token,
        access_token: token,
        // It does not take the file without.
        refresh_token: "",
        account_id: tokens.account_id,
      },
      last_refresh: file.last_refresh,
    },
    ...text(tokens.refresh_token) && endsAt !== undefined && { endsAt },
  };
}

/** The end of a JSON web token, where it says one. */
function endOf(token: string): number | undefined {
  try {
    const claims = fields(
      JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()),
    );
    return typeof claims.exp === "number" ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function text(value: unknown): string | undefined {
  return textIn(value) || undefined;
}

const ACCOUNT_ID = 2;

export const RENEWAL: Renewal = {
  args: ["app-server"],
  says: [
    { id: 1, method: "initialize", params: { clientInfo: { name: "ductor", version: "1" } } },
    { method: "initialized" },
    { id: ACCOUNT_ID, method: "account/read", params: { refreshToken: true } },
  ].map((message) => JSON.stringify(message)),
  done: (line) => {
    try {
      return JSON.parse(line)?.id === ACCOUNT_ID;
    } catch {
      return false;
    }
  },
};
