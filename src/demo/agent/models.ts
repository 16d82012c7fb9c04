/** The models the demo agent offers, named and priced like Claude's; the brain plays every one. */

export interface DemoModel {
  /** What is given to `--model` and `set_model`. */
  value: string;
  resolvedModel: string;
  displayName: string;
  description: string;
  supportsEffort?: boolean;
  supportedEffortLevels?: string[];
}

const EFFORTS = { supportsEffort: true, supportedEffortLevels: ["low", "medium", "high"] };

/** As the answer to `initialize` lists them. */
export const MODELS: readonly DemoModel[] = [
  {
    value: "default",
    resolvedModel: "claude-opus-demo",
    displayName: "Default (recommended)",
    description: "The demo script in its best suit",
    ...EFFORTS,
  },
  {
    value: "opus",
    resolvedModel: "claude-opus-demo",
    displayName: "Opus",
    description: "The demo script, grand",
    ...EFFORTS,
  },
  {
    value: "sonnet",
    resolvedModel: "claude-sonnet-demo",
    displayName: "Sonnet",
    description: "The demo script, nimble",
    ...EFFORTS,
  },
  {
    value: "haiku",
    resolvedModel: "claude-haiku-demo",
    displayName: "Haiku",
    description: "The demo script, brief",
  },
];

/** The full name of a model, or the name itself when it is none of ours. */
export function resolveModel(name: string | undefined): string {
  const found = MODELS.find((model) => model.value === (name ?? "default"));
  return found?.resolvedModel ?? name ?? "claude-opus-demo";
}

/** Whether the service would know it; others fail when they are used, as with the real one. */
export function isKnown(model: string): boolean {
  return model.startsWith("claude-");
}

/** Price of a request in US dollars, at Claude's list prices for the family. */
export function price(model: string, inputTokens: number, outputTokens: number): number {
  const [input, output] = model.includes("haiku")
    ? [1, 5]
    : model.includes("sonnet")
    ? [3, 15]
    : [5, 25];
  return (inputTokens * input + outputTokens * output) / 1_000_000;
}
