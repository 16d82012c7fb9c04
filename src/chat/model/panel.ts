/**
 * The panel of `/model`: provider → model → effort, in one message. Its buttons say all they need
 * (`model:m.claude.HASH`), so it works after a restart too; a model that is no longer offered
 * brings up the list as it is now.
 */
import {
  eachProvider,
  isProvider,
  PROVIDER_NAMES,
  type ProviderName,
  PROVIDERS,
} from "../../agents/provider.ts";
import { KeyedQueue } from "../../base/async/locks.ts";
import type { Model } from "../../agents/agent.ts";
import type { Address } from "../../conversation/address.ts";
import { type Actions, panelOf } from "../presses.ts";
import type { CommandContext } from "../commands/command.ts";
import { bold, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { configName, modelName } from "./names.ts";
import { switchModel } from "./switch.ts";
import { askingView, effortsView, modelsView, noneView, type Now, providersView } from "./views.ts";
import { openPanelLate, turnPanel, type View } from "../panels/panel.ts";

export async function openModels(address: Address, context: CommandContext): Promise<void> {
  const installed = await installedOf(context);
  const [only] = installed;
  const view = rootView(address, context);
  // The list of the only provider there is comes at once; else it is asked for while one chooses.
  const first = installed.length === 1 && isUnknown(only!, context)
    ? askingView(only!)
    : await view;
  for (const provider of installed) context.models.list(provider).catch(() => {});
  await openPanelLate(context, address, first, view);
}

export function registerModelPanel(actions: Actions, context: CommandContext): void {
  const order = new KeyedQueue();
  actions.on("model", async (press) => {
    const { address, argument } = press;
    if (argument === "new") {
      await openModels(address, context);
      return "keep";
    }
    return await order.run(
      panelOf(press),
      async () => {
        const [step, name = ""] = argument.split(".");
        if (step === "p" && isProvider(name) && isUnknown(name, context)) {
          await turnPanel(context, press, askingView(name));
        }
        return await turnPanel(context, press, await viewOf(address, argument, context));
      },
    );
  });
}

async function viewOf(
  address: Address,
  argument: string,
  context: CommandContext,
): Promise<View> {
  const [step, provider = "", first = "", second] = argument.split(".");
  if (!isProvider(provider)) return await rootView(address, context);
  if (step === "p") return await listView(address, provider, Number(first), context);
  const models = await context.models.list(provider).catch(() => []);
  const model = models.find(({ id }) => fingerprintOf(id) === first);
  if (!model) {
    return await listView(address, provider, 0, context, "That model is not offered any more.");
  }
  if (step === "m" && model.efforts.length > 0) {
    return effortsView(await nowOf(address, context), provider, model, models);
  }
  // `s` leaves the effort to the CLI; a model without efforts leaves the setting to the others.
  const effort = step === "s"
    ? ""
    : model.efforts.find((effort) => fingerprintOf(effort) === second);
  return await chosenView(address, provider, model, effort, context);
}

/** The list of providers; where there is but one, its models. */
async function rootView(address: Address, context: CommandContext): Promise<View> {
  const installed = await installedOf(context);
  const [only] = installed;
  if (only === undefined) return noneView();
  const now = await nowOf(address, context);
  return installed.length > 1
    ? providersView(now, installed)
    : await listView(address, only, 0, context);
}

async function listView(
  address: Address,
  provider: ProviderName,
  page: number,
  context: CommandContext,
  note?: string,
): Promise<View> {
  const now = await nowOf(address, context);
  const back = (await installedOf(context)).length > 1;
  let models: readonly Model[] = [];
  let problem: string | undefined = note;
  try {
    models = await context.models.list(provider);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  return modelsView(now, provider, models, { page, back, ...problem && { note: problem } });
}

async function chosenView(
  address: Address,
  provider: ProviderName,
  model: Model,
  effort: string | undefined,
  context: CommandContext,
): Promise<View> {
  const choice = { provider, model: configName(model), ...effort !== undefined && { effort } };
  const parts: Part[] = await switchModel(address, choice, context);
  return {
    parts: [bold("Model changed"), "\n\n", ...parts],
    buttons: [[{ label: "Change again", action: "model:root" }]],
  };
}

/** Whether its CLI has to be asked for its models, which takes a few seconds. */
function isUnknown(provider: ProviderName, { models }: CommandContext): boolean {
  return models.known(provider).length === 0;
}

async function installedOf({ agents }: CommandContext): Promise<ProviderName[]> {
  const states = await Promise.all(
    PROVIDER_NAMES.map((provider) => agents[provider].isInstalled()),
  );
  return PROVIDER_NAMES.filter((_, index) => states[index]);
}

async function nowOf(address: Address, { choose, config, models }: CommandContext): Promise<Now> {
  const { provider, model } = await choose(address);
  const current = config();
  return {
    provider,
    model,
    name: modelName({ models }, provider, model),
    efforts: eachProvider((name) => current[PROVIDERS[name].effort.key]),
  };
}
