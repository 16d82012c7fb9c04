/**
 * What a run of an agent is opened with. The same function answers for chats, for turns nobody
 * watches and for jobs, so that a limit in the config holds wherever a model is asked.
 */
import type { ImageInput, PermissionMode, SessionSpec, TurnInput } from "../agents/agent.ts";
import { type EffortKey, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { ModelCatalogue } from "../agents/models.ts";
import type { Home } from "../config/home.ts";
import type { Config } from "../config/schema.ts";
import type { Project } from "../projects/project.ts";
import type { Address } from "./address.ts";
import type { Choice } from "./choice.ts";
import type { Place } from "./places.ts";

/** What differs from one run to another; everything else is the config's. */
export interface Run {
  provider: ProviderName;
  /** Absent or empty: the CLI's own default. */
  model?: string | undefined;
  /** Asked for by this run; absent or empty: the config's for this provider. */
  effort?: string | null | undefined;
  /** The project it works in; absent: none, but in `cwd`. */
  project?: Project | undefined;
  /** Working directory, and where its own files are when it works in a project. */
  cwd: string;
  /** Added to the environment of the agent. */
  env: Readonly<Record<string, string>>;
  /** Further argv for the CLI. */
  extraArgs: readonly string[];
  /** Session to go on with; absent: a new one. */
  resume?: string | undefined;
  /** Goes on with a copy of it. */
  fork?: boolean | undefined;
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
  const { provider, project, env, extraArgs, model = "", resume, fork, instructions } = run;
  const { persist, suggestions } = run;
  const effort = models.effortFor(provider, model, wantedEffort(run, config));
  return {
    cwd: project?.folder ?? run.cwd,
    ...project && { folders: [run.cwd] },
    env,
    extraArgs,
    permissionMode: permissionModeIn(project, config),
    ...model !== "" && { model },
    ...effort !== undefined && { effort },
    ...resume !== undefined && { resume },
    ...fork && { fork },
    ...instructions !== undefined && { instructions },
    ...persist !== undefined && { persist },
    ...suggestions && { suggestions },
    ...config.max_turns !== null && { maxTurns: config.max_turns },
    ...config.max_budget_usd !== null && { maxBudgetUsd: config.max_budget_usd },
  };
}

/** The effort a run would like to have, whatever its model can; empty: none in particular. */
export function wantedEffort(
  { provider, effort, project }: Pick<Run, "provider" | "effort" | "project">,
  config: Pick<Config, EffortKey>,
): string {
  return effort || project?.settings.effort || config[PROVIDERS[provider].effort.key];
}

/** What may be done there without asking. */
export function permissionModeIn(
  project: Pick<Project, "settings"> | undefined,
  config: Pick<Config, "permission_mode">,
): PermissionMode {
  return project?.settings.permission_mode ?? config.permission_mode;
}

/** A run in a conversation: where that works, with the user's own arguments for the CLI. */
export function chatRun(
  { place: { seat, project }, choice, resume, fork, instructions }: {
    place: Place;
    choice: Choice;
    resume: string | undefined;
    fork?: boolean | undefined;
    instructions: string | undefined;
  },
  home: Pick<Home, "root" | "workspaceDir">,
  config: Pick<Config, "cli_parameters" | "suggestions">,
): Run {
  return {
    ...choice,
    ...project && { project },
    cwd: home.workspaceDir,
    env: runEnv(home, { origin: seat }),
    extraArgs: config.cli_parameters[choice.provider],
    resume,
    ...fork && { fork },
    instructions,
    ...config.suggestions && { suggestions: true },
  };
}

/** What a session of a conversation is opened with. */
export function specFor(
  run: Parameters<typeof chatRun>[0],
  { home, models, config }: {
    home: Parameters<typeof chatRun>[1];
    models: Parameters<typeof runSpec>[2];
    config(): Config;
  },
): SessionSpec {
  return runSpec(chatRun(run, home, config()), config(), models);
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
