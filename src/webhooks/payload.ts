/** What was sent, as an object. */

export type Payload = Record<string, unknown>;

/**
 * @param form Whether the sender calls it a form. JSON that is called one (curl does by itself) is
 *   JSON all the same.
 * @returns The object, or the error code for the sender. Numbers that JavaScript would write
 *   otherwise (ids of 18 digits, `1.50`) stay as they were sent, wherever they are shown.
 */
export function parsePayload(body: string, form: boolean): Payload | string {
  if (form && !/^\s*[{[]/.test(body)) return fromForm(body);
  let value: unknown;
  try {
    value = JSON.parse(body, asSent);
  } catch {
    return "invalid_json";
  }
  return isObject(value) ? value : "body_must_be_object";
}

/** The runtime has both; the types of the language do not yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function asSent(_: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && String(value) !== source
    ? rawJSON(source)
    : value;
}

/** A field that comes several times is a list. */
function fromForm(body: string): Payload {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(body)) {
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else fields.set(name, [before, value]);
  }
  // GitHub and Slack can put their JSON into one field of a form.
  const only = fields.get("payload");
  if (fields.size === 1 && typeof only === "string") {
    const inner = parsePayload(only, false);
    if (typeof inner !== "string") return inner;
  }
  return Object.fromEntries(fields);
}

function isObject(value: unknown): value is Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
