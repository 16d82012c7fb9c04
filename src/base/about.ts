/** What the program is, from `deno.json`, the one place where it is kept. */
import config from "../../deno.json" with { type: "json" };

export const VERSION: string = config.version;

/** Web address of the source, without a slash at the end; absent while there is none. */
export const REPOSITORY: string | undefined = (config as { repository?: string }).repository
  ?.replace(/\/+$/, "");
