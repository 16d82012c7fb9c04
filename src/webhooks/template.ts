/** The text of a hook, filled in with what was sent. */

/** Steps of a path, such as `commits.0.author.name`; more is nobody's data. */
const MAX_STEPS = 20;

/** `@` stands before what is not in the data: `{{@event}}`, `{{@header.x-github-delivery}}`. */
const PLACEHOLDER = /\{\{\s*(@?[\w$-]+(?:\.[\w$-]+)*)\s*\}\}/g;

/** What is known of a delivery beside its data. */
export interface Delivered {
  /** What the sender calls what has happened. */
  event?: string | undefined;
  /** Headers the hook asks for, by their names in small letters. */
  headers?: Record<string, string> | undefined;
}

/** Whether anything of what was sent gets into the text. */
export function hasPlaceholders(template: string): boolean {
  return template.search(PLACEHOLDER) >= 0;
}

/**
 * Replaces `{{name}}`, `{{commit.author.name}}` and `{{commits.0.message}}`. What is missing or null
 * becomes `{{?name}}`, so that it is seen; objects and lists become JSON. What is filled in is not
 * looked at again.
 */
export function fillIn(
  template: string,
  payload: Record<string, unknown>,
  { event, headers = {} }: Delivered = {},
): string {
  return template.replaceAll(PLACEHOLDER, (_, path: string) => {
    const value = path === "@event"
      ? event
      : path.startsWith("@header.")
      ? headers[path.slice("@header.".length).toLowerCase()]
      : valueAt(payload, path);
    return value === undefined || value === null ? `{{?${path}}}` : textOf(value);
  });
}

function valueAt(payload: Record<string, unknown>, path: string): unknown {
  // A key with dots in it goes first: some senders have such.
  if (Object.hasOwn(payload, path)) return payload[path];
  const steps = path.split(".");
  if (steps.length > MAX_STEPS) return undefined;
  let value: unknown = payload;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value, null, typeof value === "object" ? 2 : 0);
  } catch {
    return "[nested too deeply to be shown]";
  }
}
