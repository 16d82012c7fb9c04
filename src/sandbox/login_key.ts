/**
 * What of a CLI's login file the CLI needs to work in the container: its short-lived access token, or
 * the one key it uses. Not the token that renews it, which could take the login over for good, nor
 * the logins of MCP servers and plugins that lie in the same file.
 */
import { Buffer } from "node:buffer";

type Fields = Record<string, unknown>;

export interface LoginKey {
  /** Content of the file inside. */
  file: Fields;
  /** When the token ends, in milliseconds since the epoch; only of what the host can renew. */
  endsAt?: number;
}

/** Claude Code's `.credentials.json`; undefined: it holds no login. */
export function claudeKey(file: Fields): LoginKey | undefined {
  const login = fields(file.claudeAiOauth);
  if (!text(login.accessToken)) return undefined;
  const { accessToken, expiresAt, scopes, subscriptionType, rateLimitTier } = login;
  return {
    file: { claudeAiOauth: { accessToken, expiresAt, scopes, subscriptionType, rateLimitTier } },
    ...text(login.refreshToken) && typeof expiresAt === "number" && { endsAt: expiresAt },
  };
}

/** Where Codex keeps the one key of the ways to log in that have no tokens to renew. */
const KEY_OF_MODE: Readonly<Record<string, string>> = {
  apikey: "OPENAI_API_KEY",
  personalAccessToken: "personal_access_token",
  agentIdentity: "agent_identity",
};

/** Codex's `auth.json`; undefined: it holds no login. */
export function codexKey(file: Fields): LoginKey | undefined {
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

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? value as Fields : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
