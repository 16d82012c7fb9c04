/**
 * Ductor's hooks in the settings of a CLI: put in beside what is there, taken out again byte for
 * byte. Pure: text in, text out.
 *
 * @module
 */
import { applyEdits, type JSONPath, modify } from "jsonc-parser";
import { parseJson } from "../base/jsonc.ts";
import { isObject, kindOf } from "../base/shape.ts";

/** Ends each command of ours. */
const MARK = "# ductor";

/** Commands by the event they are started at. */
export type Hooks = Readonly<Record<string, { command: string; timeout?: number }>>;

/** The settings are not what they should be; the message says what was found. */
export class OddSettings extends Error {
  override name = "OddSettings";
}

/** The commands of ours that stand in the settings, by event. */
export async function ownHooks(text: string): Promise<Record<string, string[]>> {
  const own: Record<string, string[]> = {};
  for (const { event, command } of await findOwn(text)) (own[event] ??= []).push(command);
  return own;
}

/**
 * The settings with `hooks`, and no others of ours.
 *
 * @param text `undefined`: there are none yet.
 * @throws {SyntaxError} they are not JSON
 * @throws {OddSettings}
 */
export async function withHooks(text: string | undefined, hooks: Hooks): Promise<string> {
  const own = text === undefined ? {} : await ownHooks(text);
  const same = Object.keys(own).length === Object.keys(hooks).length &&
    Object.entries(hooks).every(([event, { command }]) =>
      own[event]?.length === 1 && own[event][0] === command
    );
  if (same) return text!;
  let edited = text === undefined || text.trim() === "" ? "{}\n" : await withoutHooks(text);
  for (const [event, { command, timeout }] of Object.entries(hooks)) {
    const group = { hooks: [{ type: "command", command, ...timeout && { timeout } }] };
    const there = (await hooksOf(edited))[event];
    const [path, value]: [JSONPath, unknown] = there
      ? [["hooks", event, there.length], group]
      : [["hooks", event], [group]];
    edited = changed(edited, path, value, there !== undefined);
  }
  return edited;
}

/** The settings without hooks of ours, and without what held nothing but them. */
export async function withoutHooks(text: string): Promise<string> {
  let edited = text;
  for (let [own] = await findOwn(edited); own; [own] = await findOwn(edited)) {
    edited = changed(edited, own.path, undefined);
  }
  return edited;
}

/** Where each command of ours stands: the place of all that goes with it. */
async function findOwn(
  text: string,
): Promise<{ event: string; command: string; path: JSONPath }[]> {
  const all = await hooksOf(text);
  return Object.entries(all).flatMap(([event, groups]) =>
    groups.flatMap((group, at) => {
      const hooks = isObject(group) && Array.isArray(group.hooks) ? group.hooks as unknown[] : [];
      return hooks.flatMap((hook, index) => {
        const command = isObject(hook) ? hook.command : undefined;
        if (typeof command !== "string" || !command.endsWith(MARK)) return [];
        const path = hooks.length > 1
          ? [event, at, "hooks", index]
          : groups.length > 1
          ? [event, at]
          : Object.keys(all).length > 1
          ? [event]
          : [];
        return [{ event, command, path: ["hooks", ...path] }];
      });
    })
  );
}

async function hooksOf(text: string): Promise<Record<string, unknown[]>> {
  const settings = text.trim() === "" ? {} : await parseJson(text);
  if (!isObject(settings)) throw new OddSettings(`${kindOf(settings)}, expected an object`);
  const { hooks = {} } = settings;
  if (!isObject(hooks)) throw new OddSettings(`"hooks" is ${kindOf(hooks)}, expected an object`);
  for (const [event, groups] of Object.entries(hooks)) {
    if (!Array.isArray(groups)) {
      throw new OddSettings(`"hooks.${event}" is ${kindOf(groups)}, expected a list`);
    }
  }
  return hooks as Record<string, unknown[]>;
}

function changed(text: string, path: JSONPath, value: unknown, isArrayInsertion = false): string {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? "  ";
  const formattingOptions = {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
  return applyEdits(text, modify(text, path, value, { formattingOptions, isArrayInsertion }));
}

export interface CommandOptions {
  provider: string;
  /** How this program starts. */
  program: readonly string[];
  socket: string;
  /** What a shell asks first. */
  conditions: readonly string[];
  /** Whether the CLI takes an answer. */
  waits: boolean;
}

/**
 * What the CLI's shell runs. It looks first whether there is a bot, and starts nothing where there is
 * none, where a bot has started the CLI, or where ductor has gone; and the CLI waits for nothing but
 * the answer it is to take.
 */
export function commandOf(
  { provider, program, socket, conditions, waits }: CommandOptions,
): string {
  const run = [...program, "hook", provider, socket].map(quote).join(" ") + ' "$PPID"';
  const when = [
    `[ -S ${quote(socket)} ]`,
    `[ -z "$DUCTOR_CHILD" ]`,
    ...conditions,
    `[ -x ${quote(program[0]!)} ]`,
  ].join(" && ");
  return waits
    ? `${when} && exec ${run} 2>/dev/null; exit 0 ${MARK}`
    : `${when} && { exec 3<&0; ${run} <&3 >/dev/null 2>&1 & }; exit 0 ${MARK}`;
}

/** As a shell reads one word. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
