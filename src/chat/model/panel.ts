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
import type { Agent, Model } from "../../agents/agent.ts";
import type { ModelCatalogue } from "../../agents/models.ts";
import type { Config } from "../../config/schema.ts";
import type { Address } from "../../conversation/address.ts";
import { bold, type Part } from "../../telegram/text.ts";
import { panelOf } from "../presses.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { configName, modelName } from "./names.ts";
import { switchModel, type SwitchNeeds } from "./switch.ts";
import { texts } from "./texts.ts";
import { askingView, effortsView, modelsView, noneView, type Now, providersView } from "./views.ts";
import {
  openPanelLate,
  type Panel,
  type PanelContext,
  turnPanel,
  type View,
} from "../panels/panel.ts";

export interface ModelPanelNeeds extends SwitchNeeds, PanelContext {
  agents: Record<ProviderName, Agent>;
  models: Pick<ModelCatalogue, "list" | "known">;
  config(): Config;
}

/** Buttons: `model:new`, `model:root`, `model:STEP.PROVIDER.…`. */
export function modelPanel(needs: ModelPanelNeeds): Panel {
  const order = new KeyedQueue();
  const { models } = needs;
  const panel: Panel = {
    verb: "model",
    async open(address) {
      const installed = await installedOf(needs);
      const [only] = installed;
      const view = rootView(address, needs);
      // The list of the only provider there is comes at once; else it is asked for while one
      // chooses.
      const first = installed.length === 1 && isUnknown(only!, needs)
        ? askingView(only!)
        : await view;
      for (const provider of installed) models.list(provider).catch(() => {});
      await openPanelLate(needs, address, first, view);
    },
    async press(press) {
      const { address, argument } = press;
      if (argument === "new") {
        await panel.open(address);
        return "keep";
      }
      return await order.run(panelOf(press), async () => {
        const [step, name = ""] = argument.split(".");
        if (step === "p" && isProvider(name) && isUnknown(name, needs)) {
          await turnPanel(needs, press, askingView(name));
        }
        return await turnPanel(needs, press, await viewOf(address, argument, needs));
      });
    },
  };
  return panel;
}

async function viewOf(
  address: Address,
  argument: string,
  needs: ModelPanelNeeds,
): Promise<View> {
  const [step, provider = "", first = "", second] = argument.split(".");
  if (!isProvider(provider)) return await rootView(address, needs);
  if (step === "p") return await listView(address, provider, Number(first), needs);
  const models = await needs.models.list(provider).catch(() => []);
  const model = models.find(({ id }) => fingerprintOf(id) === first);
  if (!model) {
    return await listView(address, provider, 0, needs, texts.notOffered);
  }
  if (step === "m" && model.efforts.length > 0) {
    return effortsView(await nowOf(address, needs), provider, model, models);
  }
  // `s` leaves the effort to the CLI; a model without efforts leaves the setting to the others.
  const effort = step === "s"
    ? ""
    : model.efforts.find((effort) => fingerprintOf(effort) === second);
  return await chosenView(address, provider, model, effort, needs);
}

/** The list of providers; where there is but one, its models. */
async function rootView(address: Address, needs: ModelPanelNeeds): Promise<View> {
  const installed = await installedOf(needs);
  const [only] = installed;
  if (only === undefined) return noneView();
  const now = await nowOf(address, needs);
  return installed.length > 1
    ? providersView(now, installed)
    : await listView(address, only, 0, needs);
}

async function listView(
  address: Address,
  provider: ProviderName,
  page: number,
  needs: ModelPanelNeeds,
  note?: string,
): Promise<View> {
  const now = await nowOf(address, needs);
  const back = (await installedOf(needs)).length > 1;
  let models: readonly Model[] = [];
  let problem: string | undefined = note;
  try {
    models = await needs.models.list(provider);
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
  needs: ModelPanelNeeds,
): Promise<View> {
  const choice = { provider, model: configName(model), ...effort !== undefined && { effort } };
  const parts: Part[] = await switchModel(address, choice, needs);
  return {
    parts: [bold(texts.changed), "\n\n", ...parts],
    buttons: [[{ label: texts.changeAgain, action: "model:root" }]],
  };
}

/** Whether its CLI has to be asked for its models, which takes a few seconds. */
function isUnknown(provider: ProviderName, { models }: ModelPanelNeeds): boolean {
  return models.known(provider).length === 0;
}

async function installedOf({ agents }: ModelPanelNeeds): Promise<ProviderName[]> {
  const states = await Promise.all(
    PROVIDER_NAMES.map((provider) => agents[provider].isInstalled()),
  );
  return PROVIDER_NAMES.filter((_, index) => states[index]);
}

async function nowOf(address: Address, { choose, config, models }: ModelPanelNeeds): Promise<Now> {
  const { provider, model } = await choose(address);
  const current = config();
  return {
    provider,
    model,
    name: modelName({ models }, provider, model),
    efforts: eachProvider((name) => current[PROVIDERS[name].effort.key]),
  };
}
