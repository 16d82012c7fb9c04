/** What the commands of `ductor file` have in common: a file of the user, found and named. */
import { relative, sep } from "node:path";
import { HostLauncher } from "../../process/launcher.ts";
import { findFile, type Found } from "../../files/open.ts";
import type { Tools } from "../../files/tool.ts";
import { isInside, realPath } from "../../config/paths.ts";
import { type ToolContext, toolContext } from "../tool_context.ts";

/** A long recording takes long; the sandbox waits no longer either. */
export const TRANSCRIBE_MS = 25 * 60_000;
/** For pictures, and for looking what a file is. */
export const LOOK_MS = 3 * 60_000;

/** Finds a file, where the agent may read it. */
export async function open(
  path: string,
): Promise<{ file: Found; shown: string; context: ToolContext }> {
  const context = await toolContext();
  const { home, config } = context;
  const file = await findFile(path, { home, access: config.file_access, cwd: Deno.cwd() });
  return { file, shown: await shownPath(file.path, context), context };
}

/** As agents are told of files: relative to the workspace, where it is in it. */
export async function shownPath(path: string, { home }: ToolContext): Promise<string> {
  const workspace = await realPath(home.workspaceDir).catch(() => home.workspaceDir);
  return home.confined || !isInside(path, workspace)
    ? path
    : relative(workspace, await realPath(path)).replaceAll(sep, "/");
}

/** The programs that look into files, for so long. */
export function tools(limitMs: number): Tools {
  return { launcher: new HostLauncher(), env: Deno.env, signal: AbortSignal.timeout(limitMs) };
}

/** What is spoken, where that is said. */
export function spoken({ language }: { language?: string }): { language?: string } {
  return language === undefined ? {} : { language };
}
