/** Names of the presets, apart from their code: the command line knows them without loading it. */
export const PRESET_NAMES = ["github", "stripe", "standard", "slack", "shopify", "gitlab"] as const;

export type PresetName = (typeof PRESET_NAMES)[number];
