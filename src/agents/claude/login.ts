/** What of Claude Code's login gets into the sandbox, and how the host renews it. */
import { isObject, text } from "../../base/shape.ts";
import type { LoginKey, Renewal } from "../facts.ts";

/** Reads `.credentials.json`; undefined: it holds no login. */
export function keyOfLogin(file: Record<string, unknown>): LoginKey | undefined {
  const login = isObject(file.claudeAiOauth) ? file.claudeAiOauth : {};
  if (!text(login.accessToken)) return undefined;
  const { accessToken, expiresAt, scopes, subscriptionType, rateLimitTier } = login;
  return {
    file: { claudeAiOauth: { accessToken, expiresAt, scopes, subscriptionType, rateLimitTier } },
    ...text(login.refreshToken) && typeof expiresAt === "number" && { endsAt: expiresAt },
  };
}

/**
 * Asking for any MCP server renews; this one is none, so none is started. (`auth status` is no good:
 * older versions do not renew then, newer ones do not wait for it.)
 */
export const RENEWAL: Renewal = { args: ["mcp", "get", "ductor-renews-the-login"], says: [] };
