/** What the steps of the model panel show. Pure: everything they need is passed in. */
import type { Model, ProviderName } from "../../agents/agent.ts";
import type { Button } from "../../conversation/speaker.ts";
import { PROVIDER_NAMES } from "../provider_names.ts";
import { bold, code, italic, nameOf, type Part, shortened } from "../text.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { isChosen } from "./model_names.ts";
import { pageButtons, pageOf } from "./paging.ts";
import type { View } from "./panel.ts";

/** What the conversation runs with. */
export interface Now {
  provider: ProviderName;
  /** As the config has it; empty: the CLI's default. */
  model: string;
  /** What is shown. */
  name: string;
  efforts: Record<ProviderName, string>;
}

const MODELS_PER_PAGE = 8;
/** What fits on a button of a phone's width. */
const LABEL = 34;

export function noneView(): View {
  return {
    parts: [
      bold("No agent is installed"),
      "\n\nInstall one of them on this machine, and log in there:\n\n",
      bold("Claude Code"),
      "\n",
      code("npm install -g @anthropic-ai/claude-code"),
      "\n",
      code("claude auth login"),
      "\n\n",
      bold("Codex"),
      "\n",
      code("npm install -g @openai/codex"),
      "\n",
      code("codex login"),
    ],
    buttons: [[{ label: "Look again", action: "model:root" }]],
  };
}

export function providersView(now: Now, providers: readonly ProviderName[]): View {
  return {
    parts: [bold("Model"), "\n\n", ...nowParts(now), "\n\nWho should answer?"],
    buttons: [
      providers.map((provider) => ({
        label: mark(provider === now.provider) + PROVIDER_NAMES[provider],
        action: `model:p.${provider}`,
      })),
    ],
  };
}

export function modelsView(
  now: Now,
  provider: ProviderName,
  models: readonly Model[],
  { page, back, note }: { page: number; back: boolean; note?: string },
): View {
  const shown = pageOf(models, page, MODELS_PER_PAGE);
  const parts: Part[] = [bold(`Models of ${PROVIDER_NAMES[provider]}`)];
  if (note !== undefined) parts.push("\n\n", italic(note));
  if (models.length === 0 && note === undefined) {
    parts.push(`\n\n${PROVIDER_NAMES[provider]} names no models.`);
  }
  for (const model of shown.items) {
    parts.push("\n\n", bold(nameOf(model.name)));
    const about = model.description.replaceAll(/\s+/g, " ").trim();
    if (about !== "") parts.push(`\n${nameOf(shortened(about, 120))}`);
  }
  if (shown.pages > 1) parts.push(`\n\nPage ${shown.page + 1} of ${shown.pages}`);
  const buttons: Button[][] = shown.items.map((model) => [{
    label: mark(provider === now.provider && isChosen(model, now.model, models)) +
      shortened(nameOf(model.name), LABEL),
    action: `model:m.${provider}.${fingerprintOf(model.id)}`,
  }]);
  return {
    parts,
    buttons: [
      ...pairs(buttons.flat()),
      ...pageButtons(shown, (page) => `model:p.${provider}.${page}`),
      ...back ? [[{ label: "‹ Back", action: "model:root" }]] : [],
    ],
  };
}

export function effortsView(
  now: Now,
  provider: ProviderName,
  model: Model,
  models: readonly Model[],
): View {
  const same = provider === now.provider && isChosen(model, now.model, models);
  const id = fingerprintOf(model.id);
  const label = (effort: string) =>
    mark(same && effort === now.efforts[provider]) + titled(nameOf(effort)) +
    (effort === model.defaultEffort ? " (usual)" : "");
  const buttons = model.efforts.map((effort) => ({
    label: label(effort),
    action: `model:e.${provider}.${id}.${fingerprintOf(effort)}`,
  }));
  return {
    parts: [
      bold(nameOf(model.name)),
      ` of ${PROVIDER_NAMES[provider]}\n\nHow hard should it think? More takes longer and uses ` +
      "more of your limit.",
    ],
    buttons: [
      ...pairs(buttons),
      // Not chosen: what the CLI does by itself, or what was set before.
      ...model.defaultEffort === undefined
        ? [[{ label: "Leave it as it is", action: `model:s.${provider}.${id}` }]]
        : [],
      [{ label: "‹ Back", action: `model:p.${provider}` }],
    ],
  };
}

function nowParts({ provider, name, efforts }: Now): Part[] {
  const effort = efforts[provider];
  return [
    "Now: ",
    bold(name === "" ? "the default model" : nameOf(name)),
    ` of ${PROVIDER_NAMES[provider]}${effort === "" ? "" : `, effort ${effort}`}`,
  ];
}

/** Two short buttons share a row, a long one has its own. */
function pairs(buttons: readonly Button[]): Button[][] {
  const rows: Button[][] = [];
  for (const button of buttons) {
    const last = rows.at(-1);
    const fits = button.label.length <= 16 && last?.length === 1 && last[0]!.label.length <= 16;
    if (fits) last.push(button);
    else rows.push([button]);
  }
  return rows;
}

function mark(chosen: boolean): string {
  return chosen ? "✅ " : "";
}

function titled(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
