/** Which provider and model a task runs with. */
import { isProvider, PROVIDER_NAMES, type ProviderName } from "../../agents/provider.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import { isFolder } from "../../base/on_disk.ts";
import type { Config } from "../../config/schema.ts";
import type { Project } from "../../projects/project.ts";
import type { Projects } from "../../projects/projects.ts";

/** What was asked for cannot be had; the message is for the user. `kind` goes into the status. */
export class TaskChoiceError extends Error {
  override name = "TaskChoiceError";
  constructor(readonly kind: string, message: string, readonly more: Record<string, unknown> = {}) {
    super(message);
  }
}

/**
 * The project that a task asks for, if any.
 *
 * @throws {TaskChoiceError} there is none of that name, or its folder is not there
 */
export async function projectForTask(
  name: string | null | undefined,
  projects: Pick<Projects, "find" | "list">,
): Promise<Project | undefined> {
  if (!name) return undefined;
  const project = await projects.find(name);
  if (!project) {
    const known = (await projects.list()).map(({ name }) => name);
    throw new TaskChoiceError(
      "project",
      `There is no project ${JSON.stringify(name)}. ${
        known.length === 0 ? "The config names none." : `There are: ${known.join(", ")}.`
      }`,
      { projects: known },
    );
  }
  if (await isFolder(project.folder)) return project;
  throw new TaskChoiceError(
    "project",
    `The folder of the project ${project.name} is not there: ${project.folder}`,
  );
}

export interface TaskChoice {
  provider: ProviderName;
  /** Absent: the CLI's own default. */
  model?: string;
}

export interface WantedChoice {
  provider?: string | null | undefined;
  model?: string | null | undefined;
}

/**
 * What the task asks for, else what the config says. A model says by itself who runs it; one that
 * the config names for another provider is not used.
 *
 * @throws {TaskChoiceError}
 */
export async function chooseForTask(
  wanted: WantedChoice,
  config: Pick<Config, "provider" | "model">,
  models: ModelCatalogue,
): Promise<TaskChoice> {
  const provider = providerIn(wanted.provider);
  return wanted.model
    ? await chosen(wanted.model, provider, config.provider, models)
    : byDefault(provider ?? config.provider, config, models);
}

function providerIn(name: string | null | undefined): ProviderName | undefined {
  if (!name) return undefined;
  if (isProvider(name)) return name;
  const names = PROVIDER_NAMES.map((name) => JSON.stringify(name)).join(" or ");
  throw new TaskChoiceError(
    "provider",
    `There is no provider ${JSON.stringify(name)}; expected ${names}`,
  );
}

async function chosen(
  name: string,
  provider: ProviderName | undefined,
  usual: ProviderName,
  models: ModelCatalogue,
): Promise<TaskChoice> {
  const found = await models.find(name);
  if (found) {
    if (provider === undefined || provider === found.provider) return found;
    throw new TaskChoiceError(
      "model",
      `${found.model} is a model of ${found.provider}, not of ${provider}`,
    );
  }
  // A CLI that cannot be asked for its models may know it all the same.
  const asked = provider ?? models.providerOf(name) ?? usual;
  if (await isEmpty(asked, models)) return { provider: asked, model: name };
  const near = models.nearest(name, 3);
  throw new TaskChoiceError(
    "model",
    `There is no model ${JSON.stringify(name)}. Did you mean ${near.join(", ")}?`,
    { nearest_models: near },
  );
}

async function isEmpty(provider: ProviderName, models: ModelCatalogue): Promise<boolean> {
  return (await models.list(provider).catch(() => [])).length === 0;
}

function byDefault(
  provider: ProviderName,
  config: Pick<Config, "provider" | "model">,
  models: ModelCatalogue,
): TaskChoice {
  const of = models.providerOf(config.model) ?? config.provider;
  return of === provider && config.model !== "" ? { provider, model: config.model } : { provider };
}
