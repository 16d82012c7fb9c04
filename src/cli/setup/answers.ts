/** What the set-up decides, where the proposals come from, and writing it down. */
import { writeFileAtomic } from "../../base/atomic_file.ts";
import { isObject } from "../../base/shape.ts";
import { PERMISSION_MODES, type PermissionMode } from "../../agents/agent.ts";
import { DEFAULT_PROVIDER, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import type { Home } from "../../config/home.ts";
import { updateConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { isBotToken } from "../../config/schema.ts";
import { resolveTimeZone } from "../../config/timezone.ts";
import { seedHome } from "../../workspace/seed.ts";
import type { FoundCli } from "./clis.ts";

const USUAL_ENGINE = "docker";

export interface Answers {
  token: string;
  apiRoot: string;
  users: number[];
  /** The update with the code that told who the user is, when it still waits for the bot. */
  codeUpdate?: number;
  timezone: string;
  provider: ProviderName;
  /** Empty: the CLI's own default. */
  model: string;
  permissionMode: PermissionMode;
  docker: boolean;
  /** The engine of the sandbox, when it is not the one in the config. */
  engine?: string;
  service: boolean;
}

/** The command line's part of them. */
export interface SetupFlags {
  token?: string;
  user?: number[];
  apiRoot?: string;
  timezone?: string;
  provider?: ProviderName;
  model?: string;
  permissionMode?: PermissionMode;
  docker?: boolean;
  service?: boolean;
  /** Take the proposals for what is not said, and replace a config that cannot be read. */
  yes: boolean;
  /** Begin from nothing, after a backup. */
  reset?: boolean;
}

/** What each mode means, for who has to choose. */
export const MODE_MEANINGS: Record<PermissionMode, string> = {
  bypassPermissions: "does everything without asking: fastest, with no restrictions",
  acceptEdits: "changes files without asking, asks in the chat before commands",
  default: "asks in the chat before it changes or runs anything",
  plan: "only reads and makes plans",
};

/** A flag's answer, else what the config has, else what fits this machine. */
export function propose(
  flags: SetupFlags,
  config: Config | undefined,
  clis: readonly FoundCli[],
): Answers {
  const known = config && isBotToken(config.telegram_token) ? config : undefined;
  const provider = flags.provider ?? known?.provider ?? bestProvider(clis);
  const sameProvider = known?.provider === provider;
  return {
    token: flags.token ?? known?.telegram_token ?? "",
    apiRoot: (flags.apiRoot ?? config?.telegram_api_root ?? "https://api.telegram.org")
      .replace(/\/+$/, ""),
    users: flags.user ?? known?.allowed_user_ids ?? [],
    timezone: flags.timezone ?? (known?.user_timezone || resolveTimeZone("").zone),
    provider,
    model: flags.model ?? (sameProvider ? known.model : PROVIDERS[provider].models.preset),
    permissionMode: flags.permissionMode ?? known?.permission_mode ?? PERMISSION_MODES[0],
    docker: flags.docker ?? known?.docker.enabled ?? false,
    service: flags.service ?? false,
  };
}

/** Logged in before installed before nothing; else in the order of the table. */
function bestProvider(clis: readonly FoundCli[]): ProviderName {
  const rank = ({ installed, login }: FoundCli) => !installed ? 2 : login === "no" ? 1 : 0;
  const [best] = [...clis].sort((a, b) => rank(a) - rank(b));
  return best?.installed ? best.provider : DEFAULT_PROVIDER;
}

/** Writes the config and makes the home folder. What the answers do not touch stays as it is. */
export async function writeAnswers(home: Home, answers: Answers): Promise<void> {
  await updateConfig(home, (raw) => {
    raw.telegram_token = answers.token;
    raw.telegram_api_root = answers.apiRoot;
    raw.allowed_user_ids = answers.users;
    raw.user_timezone = answers.timezone;
    raw.provider = answers.provider;
    raw.model = answers.model;
    raw.permission_mode = answers.permissionMode;
    const docker = isObject(raw.docker) ? raw.docker : {};
    const { command = USUAL_ENGINE } = docker;
    raw.docker = {
      ...docker,
      enabled: answers.docker,
      // Somebody who named a program meant it.
      command: command === USUAL_ENGINE && answers.docker ? answers.engine ?? command : command,
    };
  });
  await seedHome(home);
  if (answers.codeUpdate !== undefined) {
    await writeFileAtomic(home.setupCodeFile, String(answers.codeUpdate));
  }
}

/** Who runs ductor, and with what. */
export interface WhoRuns {
  uid: number | null;
  env: { get(name: string): string | undefined };
}

/** Whether a CLI refuses `bypassPermissions` to this user outside a sandbox. */
export function rootIsRefused(provider: ProviderName, { uid, env }: WhoRuns): boolean {
  return uid === 0 && PROVIDERS[provider].refusesRoot && !env.get("IS_SANDBOX");
}

/** What the user should know about the choice; empty: nothing. */
export function modeWarning(
  { permissionMode, provider, docker }: Pick<Answers, "permissionMode" | "provider" | "docker">,
  who: WhoRuns,
): string | undefined {
  if (permissionMode !== "bypassPermissions") return undefined;
  if (!docker && rootIsRefused(provider, who)) {
    return `You are root, and ${
      PROVIDERS[provider].title
    } refuses bypassPermissions as root. Run ductor as an ` +
      "ordinary user, choose another mode (--permission-mode default asks in the chat), turn the " +
      "sandbox on, or, where this machine is itself a sandbox, set IS_SANDBOX=1.";
  }
  if (docker) return undefined;
  return "Without a sandbox the agent may do everything your account may: read, change and delete " +
    "any of your files, and use the network.";
}
