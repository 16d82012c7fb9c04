/** What the steps of the model panel show. Pure but for {@link noneView}, which looks at the machine. */
import { oneLine, shortenMiddle } from "../../base/text.ts";
import type { Model } from "../../agents/agent.ts";
import type { Button } from "../../conversation/speaker.ts";
import { howToInstall, howToLogIn } from "../../agents/how_to.ts";
import { type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { isBlank } from "../../telegram/render/blank.ts";
import { bold, code, italic, nameOf, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { isChosen } from "./names.ts";
import { texts } from "./texts.ts";
import { pageButtons, pageOf } from "../panels/paging.ts";
import type { View } from "../panels/panel.ts";

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
      bold(texts.none.title),
      `\n\n${texts.none.how}`,
      ...Object.values(PROVIDERS).flatMap((facts): Part[] => [
        "\n\n",
        bold(facts.title),
        "\n",
        code(howToInstall(facts).command),
        "\n",
        code(howToLogIn(facts)),
      ]),
    ],
    buttons: [[{ label: texts.none.again, action: "model:root" }]],
  };
}

export function askingView(provider: ProviderName): View {
  return {
    parts: [
      bold(texts.models(PROVIDERS[provider].title)),
      "\n\n",
      italic(texts.asking(PROVIDERS[provider].title)),
    ],
    buttons: [],
  };
}

export function providersView(now: Now, providers: readonly ProviderName[]): View {
  return {
    parts: [bold(texts.title), "\n\n", ...nowParts(now, true), `\n\n${texts.whose}`],
    buttons: inRows(
      providers.map((provider) => ({
        label: mark(provider === now.provider) + PROVIDERS[provider].title,
        action: `model:p.${provider}`,
      })),
      2,
    ),
  };
}

export function modelsView(
  now: Now,
  provider: ProviderName,
  models: readonly Model[],
  { page, back, note }: { page: number; back: boolean; note?: string },
): View {
  const shown = pageOf(models, page, MODELS_PER_PAGE);
  const parts: Part[] = [bold(texts.models(PROVIDERS[provider].title))];
  if (provider === now.provider) parts.push("\n", ...nowParts(now, false));
  if (note !== undefined) parts.push("\n\n", italic(note));
  if (models.length === 0 && note === undefined) {
    parts.push(`\n\n${texts.noModels(PROVIDERS[provider].title)}`);
  }
  for (const model of shown.items) {
    parts.push("\n\n", bold(shownName(model.name, model.id)));
    const about = oneLine(model.description);
    if (about !== "") parts.push(`\n${nameOf(shortenMiddle(about, 120))}`);
  }
  if (shown.pages > 1) parts.push(`\n\n${texts.page(shown.page + 1, shown.pages)}`);
  const buttons: Button[][] = shown.items.map((model) => [{
    label: mark(provider === now.provider && isChosen(model, now.model, models)) +
      shortenMiddle(shownName(model.name, model.id), LABEL),
    action: `model:m.${provider}.${fingerprintOf(model.id)}`,
  }]);
  return {
    parts,
    buttons: [
      ...buttons,
      ...pageButtons(shown, (page) => `model:p.${provider}.${page}`),
      ...back ? [[{ label: texts.back, action: "model:root" }]] : [],
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
  const current = same ? now.efforts[provider] : undefined;
  const buttons = model.efforts.map((effort) => ({
    label: mark(effort === current) + titled(shownName(effort)),
    action: `model:e.${provider}.${id}.${fingerprintOf(effort)}`,
  }));
  const usual = texts.usual(nameOf(model.defaultEffort ?? ""));
  return {
    parts: [
      bold(shownName(model.name, model.id)),
      `${texts.of(PROVIDERS[provider].title)}\n\n${texts.howHard}`,
    ],
    buttons: [
      ...inRows(buttons),
      [{
        label: `${mark(current === "")}${usual}`,
        action: `model:s.${provider}.${id}`,
      }],
      [{ label: texts.back, action: `model:p.${provider}` }],
    ],
  };
}

function nowParts({ provider, name, efforts }: Now, whose: boolean): Part[] {
  const effort = efforts[provider];
  return [
    texts.now,
    bold(nameOf(name)),
    whose ? texts.of(PROVIDERS[provider].title) : "",
    texts.effort(effort),
  ];
}

/** Two or three in a row, as evenly as it goes: 2, 3, 2+2, 3+2, 3+3; long ones alone. */
export function inRows(
  buttons: readonly Button[],
  width = buttons.some(({ label }) => label.length > 11) ? 1 : buttons.length === 4 ? 2 : 3,
): Button[][] {
  return Array.from(
    { length: Math.ceil(buttons.length / width) },
    (_, row) => buttons.slice(row * width, (row + 1) * width),
  );
}

/** The first of the names in which there is something to see. */
function shownName(...names: string[]): string {
  return nameOf(names.find((name) => !isBlank(name)) ?? "?");
}

function mark(chosen: boolean): string {
  return chosen ? "✅ " : "";
}

function titled(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
