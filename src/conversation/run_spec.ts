/**
 * What a run of an agent is opened with. The same function answers for chats, for turns nobody
 * watches and for jobs, so that a limit in the config holds wherever a model is asked.
 */
import type { ImageInput, SessionSpec, TurnInput } from "../agents/agent.ts";
import { type EffortKey, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { Address } from "./address.ts";
import type { Choice } from "./choice.ts";

/** What differs from one run to another; everything else is the config's. */
export interface Run {
  provider: ProviderName;
  /** Absent or empty: the CLI's own default. */
  model?: string | undefined;
  /** Asked for by this run; absent or empty: the config's for this provider. */
  effort?: string | null | undefined;
  /** Working directory. */
  cwd: string;
  /** Added to the environment of the agent. */
  env: Readonly<Record<string, string>>;
  /** Further argv for the CLI. */
  extraArgs: readonly string[];
  /** Session to go on with; absent: a new one. */
  resume?: string | undefined;
  /** What a new session is told before anything else. */
  instructions?: string | undefined;
  /** False: the CLI keeps no record of the session. */
  persist?: boolean | undefined;
  /** Whether the agent says what the user may want to say next. */
  suggestions?: boolean;
}

/** The config's part in every run. */
export type RunConfig = Pick<
  Config,
  "permission_mode" | "max_turns" | "max_budget_usd" | EffortKey
>;

/** An effort that the model is known not to have is left out. */
export function runSpec(
  run: Run,
  config: RunConfig,
  models: Pick<ModelCatalogue, "effortFor">,
): SessionSpec {
  const { provider, cwd, env, extraArgs, model = "", resume, instructions, persist, suggestions } =
    run;
  const effort = models.effortFor(provider, model, wantedEffort(run, config));
  return {
    cwd,
    env,
    extraArgs,
    permissionMode: config.permission_mode,
    ...model !== "" && { model },
    ...effort !== undefined && { effort },
    ...resume !== undefined && { resume },
    ...instructions !== undefined && { instructions },
    ...persist !== undefined && { persist },
    ...suggestions && { suggestions },
    ...config.max_turns !== null && { maxTurns: config.max_turns },
    ...config.max_budget_usd !== null && { maxBudgetUsd: config.max_budget_usd },
  };
}

/** The effort a run would like to have, whatever its model can; empty: none in particular. */
export function wantedEffort(
  { provider, effort }: Pick<Run, "provider" | "effort">,
  config: Pick<Config, EffortKey>,
): string {
  return effort || config[PROVIDERS[provider].effort.key];
}

/** A run in a conversation: in the workspace, with the user's own arguments for the CLI. */
export function chatRun(
  { address, choice, resume, instructions }: {
    address: Address;
    choice: Choice;
    resume: string | undefined;
    instructions: string | undefined;
  },
  home: Pick<Home, "root" | "workspaceDir">,
  config: Pick<Config, "cli_parameters" | "suggestions">,
): Run {
  return {
    ...choice,
    cwd: home.workspaceDir,
    env: runEnv(home, { origin: address }),
    extraArgs: config.cli_parameters[choice.provider],
    resume,
    instructions,
    ...config.suggestions && { suggestions: true },
  };
}

/** What tells an agent's tools where they are: the home, the task, the conversation to speak in. */
export function runEnv(
  { root }: Pick<Home, "root">,
  { task, origin }: { task?: string; origin?: Address | undefined },
): Record<string, string> {
  return {
    DUCTOR_HOME: root,
    ...task !== undefined && { DUCTOR_TASK: task },
    ...origin && { DUCTOR_CHAT_ID: String(origin.chatId) },
    ...origin?.threadId !== undefined && { DUCTOR_THREAD_ID: String(origin.threadId) },
  };
}

/** One turn of a run; its settings are those its session was opened with. */
export function turnInput(
  { model, effort, permissionMode }: SessionSpec,
  { text, images }: { text: string; images?: readonly ImageInput[] | undefined },
): TurnInput {
  return {
    text,
    permissionMode,
    ...images && { images },
    ...model !== undefined && { model },
    ...effort !== undefined && { effort },
  };
}
