/** Which of the environment gets into the container. */
import { INSIDE_ENV } from "./plan.ts";
import type { PathMap } from "./paths.ts";

/**
 * Of our own environment: what the CLIs need to reach and name their service, and nothing else; no
 * token that renews a login.
 */
const OURS =
  /^(ANTHROPIC_[A-Z_]+|CLAUDE_CODE_(?!OAUTH_REFRESH_TOKEN$)[A-Z_]+|OPENAI_[A-Z_]+|CODEX_API_KEY|DISABLE_[A-Z_]+|MCP_TIMEOUT|MAX_THINKING_TOKENS|BASH_[A-Z_]*TIMEOUT_MS|LANG|LC_[A-Z]+|TZ|TERM|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;

/** Of what a caller adds: all but this, which says where things are on the host. */
const OF_THE_HOST =
  /^(PATH|PWD|OLDPWD|SHELL|USER|LOGNAME|USERPROFILE|APPDATA|LOCALAPPDATA|TEMP|TMP|TMPDIR|DENO_.*|NODE_.*|XDG_.*|DOCKER_.*|CONTAINER_.*|SSH_.*|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CODE_SSE_PORT)$/i;

/** Environment of a process inside; what {@link INSIDE_ENV} has stays as it is. */
export function environmentInside(
  ours: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
  paths: PathMap,
): Record<string, string> {
  const own = Object.entries(ours).filter(([name]) => OURS.test(name));
  return Object.fromEntries(
    [...own, ...Object.entries(added)]
      .filter(([name]) => !OF_THE_HOST.test(name) && !Object.hasOwn(INSIDE_ENV, name))
      .map(([name, value]) => [name, paths.textInside(value)]),
  );
}
