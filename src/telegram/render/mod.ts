/** Markdown for Telegram: rendered to text and entities, cut into messages, freed of markers. */
export { render, type RenderOptions } from "./render.ts";
export { type Rich } from "./rich.ts";
export { ENTITY_LIMIT, MESSAGE_LIMIT, split } from "./split.ts";
export { type Slice, slicesOf } from "./slices.ts";
export { stripMarkers, type Stripped } from "./markers.ts";
