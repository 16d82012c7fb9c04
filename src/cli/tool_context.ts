/** What the commands that the agent works with have in common. */
import { ModelCatalogue } from "../agents/models.ts";
import { Environment } from "../config/environment.ts";
import { type Home, resolveHome } from "../config/home.ts";
import { JobRegistry } from "../jobs/registry.ts";
import { Registry } from "../webhooks/registry.ts";
import type { CorruptFile } from "../base/json_file.ts";
import { printError } from "./output.ts";
import { peekOrLastGood } from "../config/load.ts";
import { type Config, defaultConfig } from "../config/schema.ts";
import { Projects } from "../projects/projects.ts";
import { resolveTimeZone } from "../config/timezone.ts";

export interface ToolContext {
  home: Home;
  config: Config;
  /** IANA zone of the user. */
  zone: string;
  /** Whether the user has said which it is. */
  zoneSet: boolean;
  /** Knows what the running bot has found out; asks no CLI. */
  models: ModelCatalogue;
  projects: Projects;
  now: number;
}

/** @throws when there is no home folder yet, or its config cannot be read */
export async function toolContext(): Promise<ToolContext> {
  const home = resolveHome(Deno.env);
  // For the programs they start, as for those the bot starts.
  new Environment(home);
  await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
  await Deno.mkdir(home.cronTasksDir, { recursive: true, mode: 0o700 });
  const config = await peekOrLastGood(home) ?? defaultConfig();
  const { zone, source } = resolveTimeZone(config.user_timezone);
  const projects = new Projects(home, () => config);
  const models = new ModelCatalogue({ agents: {}, cacheFile: (name) => home.modelsFile(name) });
  return { home, config, zone, zoneSet: source === "config", models, projects, now: Date.now() };
}

/** The conversation the agent that calls us works for; see `agentEnv` of the app. */
export function ownConversation(
  env: { get(name: string): string | undefined } = Deno.env,
): { chat_id: number; thread_id?: number } | undefined {
  const chat = numberIn(env.get("DUCTOR_CHAT_ID"));
  if (chat === undefined) return undefined;
  const thread = numberIn(env.get("DUCTOR_THREAD_ID"));
  return { chat_id: chat, ...thread !== undefined && { thread_id: thread } };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
}

/** The registry of jobs; a file that could not be read is told on stderr. */
export function jobRegistry(home: Home): JobRegistry {
  return new JobRegistry(home, { onCorrupt });
}

/** The registry of webhooks; the same. */
export function hookRegistry(home: Home): Registry {
  return new Registry(home.webhooksFile, { onCorrupt });
}

/** Who meets it says where the mistake is, and where what was written there is kept. */
function onCorrupt({ path, setAside, usedBackup, reason }: CorruptFile): void {
  printError(
    `${path} could not be used: ${reason}. What was in it is kept as ${setAside}; ` +
      (usedBackup ? "what it said before is in use." : "it starts anew.") +
      " Mend the copy and put it back.",
  );
}
