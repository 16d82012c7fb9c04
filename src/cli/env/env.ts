/** What `ductor env` does. Values are shown masked, and never given back. */
import { counted } from "../../base/text.ts";
import { findInstance } from "../../app/find_instance.ts";
import { isVariableName } from "../../config/env_file.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { countsFromStart, masked } from "../../config/known_variables.ts";
import { answer, CommandError } from "../reply.ts";
import { missingIn, readEnvFile, updateEnvFile } from "./store.ts";

interface Options {
  json?: boolean;
}

export function list(options: Options): Promise<number> {
  return answer(options, async () => {
    const home = resolveHome(Deno.env);
    const found = Object.entries(await readEnvFile(home)).map(([name, value]) => ({
      name,
      value: masked(name, value),
    }));
    const lines = found.map(({ name, value }) => `${name}=${value}`);
    return {
      json: { path: home.envFile, variables: found },
      text: lines.length > 0
        ? lines.join("\n")
        : `${home.envFile} sets nothing. To take over what this shell has: ductor env import`,
    };
  });
}

export function set(name: string, value: string | undefined, options: Options): Promise<number> {
  return answer(options, async () => {
    const home = resolveHome(Deno.env);
    mustBeName(name);
    const given = value ?? await askFor(name);
    if (given === "") throw new CommandError(`Cannot set ${name}: no value was given`);
    await updateEnvFile(home, { [name]: given });
    return {
      json: { name, value: masked(name, given), path: home.envFile },
      text: `${name} is set to ${masked(name, given)}. ${await effect(home, [name])}`,
    };
  });
}

export function unset(names: string[], options: Options): Promise<number> {
  return answer(options, async () => {
    const home = resolveHome(Deno.env);
    const before = await readEnvFile(home);
    const there = names.filter((name) => Object.hasOwn(before, name));
    const missing = names.filter((name) => !Object.hasOwn(before, name));
    if (there.length === 0) {
      throw new CommandError(`${missing.join(", ")} is not set in ${home.envFile}`);
    }
    await updateEnvFile(home, Object.fromEntries(there.map((name) => [name, undefined])));
    return {
      json: { removed: there, not_set: missing, path: home.envFile },
      text: `Removed ${there.join(", ")}. ${await effect(home, there)}`,
    };
  });
}

export function takeOver(names: string[], options: Options): Promise<number> {
  return answer(options, async () => {
    const home = resolveHome(Deno.env);
    const shell = Deno.env.toObject();
    names.forEach(mustBeName);
    const absent = names.find((name) => !shell[name]);
    if (absent !== undefined) throw new CommandError(`This shell does not set ${absent}`);
    const found = names.length > 0
      ? Object.fromEntries(names.map((name) => [name, shell[name]!]))
      : missingIn(await readEnvFile(home), shell);
    const taken = Object.keys(found);
    if (taken.length > 0) await updateEnvFile(home, found);
    return {
      json: { imported: taken, path: home.envFile },
      text: taken.length > 0
        ? `Took over ${counted(taken.length, "variable")}: ${taken.join(", ")}. ` +
          await effect(home, taken)
        : "This shell has none of the known variables that are not in the file already.",
    };
  });
}

function mustBeName(name: string): void {
  if (isVariableName(name)) return;
  const why = name.startsWith("DUCTOR_")
    ? "variables of ductor itself are set where it is started"
    : "expected letters, digits and underscores, such as HTTPS_PROXY";
  throw new CommandError(`${JSON.stringify(name)} cannot be set here: ${why}`);
}

/** So that it stands neither in a list of processes nor in the shell's history. */
async function askFor(name: string): Promise<string> {
  if (!Deno.stdin.isTerminal()) return (await new Response(Deno.stdin.readable).text()).trimEnd();
  const { password, isCancel } = await import("../prompts.ts");
  const given = await password({ message: `Value of ${name}` });
  return isCancel(given) ? "" : given?.trim() ?? "";
}

/** When a change takes effect. */
async function effect(home: Home, names: readonly string[]): Promise<string> {
  const { bot, supervisor } = await findInstance(home);
  if (!bot && !supervisor) return "It takes effect when the bot starts.";
  const agents = "Agents get it from the next session on (/new)";
  return names.some(countsFromStart)
    ? `${agents}, ductor itself after a restart: ductor restart`
    : `${agents}.`;
}
