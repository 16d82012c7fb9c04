/**
 * Which agents of the Agent Client Protocol there are, before anything that is made from the table of
 * providers is loaded, the config's schema included: so the config is looked at, not read.
 */
import { learn } from "../agents/provider.ts";
import type { AcpEntry } from "../agents/acp/facts.ts";
import { parseJson } from "../base/jsonc.ts";
import { processEnv } from "../base/process_env.ts";
import { isObject, list, object, text } from "../base/shape.ts";
import { which } from "../process/which.ts";
import { resolveHome } from "./home.ts";

const readEntry = object<AcpEntry>({
  command: list(text),
  title: text,
  env: (value) =>
    isObject(value)
      ? Object.fromEntries(
        Object.entries(value).filter((pair): pair is [string, string] =>
          typeof pair[1] === "string"
        ),
      )
      : undefined,
});

/** Never fails: what is wrong with the config is said where it is read. */
export async function learnAgents(env: Pick<Deno.Env, "get"> = processEnv): Promise<void> {
  const config = await look(env).catch(() => undefined);
  const agents = isObject(config) && isObject(config.agents) ? config.agents.acp : undefined;
  const named = isObject(agents) ? Object.entries(agents) : [];
  const pathExt = env.get("PATHEXT");
  await learn({
    entries: Object.fromEntries(named.flatMap(([name, value]) => {
      const entry = isAgentName(name) ? readEntry(value) : undefined;
      return entry ? [[name, entry]] : [];
    })),
    chosen: isObject(config) ? text(config.provider) : undefined,
    isInstalled: async (program) =>
      await which(program, { path: env.get("PATH") ?? "", ...pathExt && { pathExt } }) !==
        undefined,
  });
}

/** A name that can stand in the config, on the command line and in a file's name. */
export function isAgentName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(name);
}

async function look(env: Pick<Deno.Env, "get">): Promise<unknown> {
  return await parseJson(await Deno.readTextFile(resolveHome(env as Deno.Env).configFile));
}
