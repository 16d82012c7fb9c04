/** What the demo agent can use: commands, in the background too, questions and plans. */

import { join } from "node:path";
import { writeFileAtomic } from "../../base/atomic_file.ts";
import type { ToolResult } from "../brain/thought.ts";
import type { Asking } from "./asking.ts";
import type { Background } from "./background.ts";
import type { Permissions, RuleUpdate } from "./permissions.ts";
import { runShell } from "./shell.ts";
import type { Json } from "./wire.ts";

/** A tool that the brain wants used. */
export interface ToolCall {
  id: string;
  name: string;
  input: Json;
}

export interface Used extends ToolResult {
  /** The turn was interrupted meanwhile. */
  interrupted: boolean;
  /** `tool_use_result`, where it is more than the output. */
  report?: Json;
}

export interface ToolsOptions {
  asking: Asking;
  background: Background;
  permissions: Permissions;
  /** Whether questions go to the client. */
  asks: boolean;
  cwd: string;
  /** Where plans are kept. */
  folder: string;
  emit(message: Json): Promise<void>;
}

export class Tools {
  /** What was refused in this turn. */
  readonly denials: Json[] = [];
  readonly #options: ToolsOptions;

  constructor(options: ToolsOptions) {
    this.#options = options;
  }

  /** Asks for permission where it is needed, then uses the tool. */
  async use(call: ToolCall, turn: AbortController): Promise<Used> {
    if (call.name === "Bash") return await this.#bash(call, turn);
    if (call.name === "AskUserQuestion") return await this.#question(call, turn);
    if (call.name === "ExitPlanMode") return await this.#plan(call, turn);
    return { output: `No such tool available: ${call.name}`, ok: false, interrupted: false };
  }

  async #bash(call: ToolCall, turn: AbortController): Promise<Used> {
    const { permissions, background, cwd } = this.#options;
    let run = String(call.input.command);
    if (!permissions.allows(run)) {
      const answer = await this.#ask(call, turn, {
        description: call.input.description,
        permission_suggestions: permissions.suggestions(run),
      });
      if (answer?.behavior !== "allow") return this.#denied(call, turn, answer);
      permissions.apply((answer.updatedPermissions ?? []) as RuleUpdate[]);
      run = String((answer.updatedInput as Json | undefined)?.command ?? run);
    }
    if (call.input.run_in_background !== true) return await runShell(run, cwd, turn.signal);
    const id = await background.start(run, String(call.input.description ?? run), call.id);
    return {
      output: `Command running in background with ID: ${id}. ` +
        "You will be notified when it completes.",
      ok: true,
      interrupted: false,
      report: { stdout: "", stderr: "", interrupted: false, isImage: false, backgroundTaskId: id },
    };
  }

  async #question(call: ToolCall, turn: AbortController): Promise<Used> {
    const answer = await this.#ask(call, turn, { requires_user_interaction: true });
    if (answer?.behavior !== "allow") return this.#denied(call, turn, answer);
    const report = (answer.updatedInput ?? call.input) as Json;
    const answers = Object.entries((report.answers ?? {}) as Json)
      .map(([question, choice]) => `"${question}"="${choice}"`).join(", ");
    return {
      output: `Your questions have been answered: ${answers}. ` +
        "You can now continue with these answers in mind.",
      ok: true,
      interrupted: false,
      report,
    };
  }

  /** The plan is in a file of its own, from where the client is shown it. */
  async #plan(call: ToolCall, turn: AbortController): Promise<Used> {
    const { folder, permissions, emit } = this.#options;
    const plan = String(call.input.plan ?? "");
    const planFilePath = join(folder, "plans", `${call.id}.md`);
    await Deno.mkdir(join(folder, "plans"), { recursive: true, mode: 0o700 });
    await writeFileAtomic(planFilePath, plan, { sync: false });
    const input = { plan, planFilePath };
    const answer = await this.#ask({ ...call, input }, turn, { requires_user_interaction: true });
    if (answer?.behavior !== "allow") return this.#denied({ ...call, input }, turn, answer);
    if (permissions.mode === "plan") {
      permissions.mode = "default";
      await emit({ type: "system", subtype: "status", status: null, permissionMode: "default" });
    }
    return {
      output: "User has approved your plan. You can now start coding.\n\n" +
        `Your plan has been saved to: ${planFilePath}\n\n## Approved Plan:\n${plan}`,
      ok: true,
      interrupted: false,
      report: { plan, isAgent: false, filePath: planFilePath },
    };
  }

  async #ask(
    { id, name, input }: ToolCall,
    { signal }: AbortController,
    more: Json,
  ): Promise<Json | undefined> {
    if (!this.#options.asks) return undefined;
    const answer = await this.#options.asking.ask({
      tool_name: name,
      display_name: name,
      input,
      ...more,
      tool_use_id: id,
    }, signal);
    return signal.aborted ? undefined : answer;
  }

  #denied({ id, name, input }: ToolCall, turn: AbortController, answer?: Json): Used {
    this.denials.push({ tool_name: name, tool_use_id: id, tool_input: input });
    if (answer?.interrupt === true) turn.abort(new Error("denied and interrupted"));
    const words = answer?.message ?? `This requires approval: ${input.command ?? name}`;
    return { output: String(words), ok: false, interrupted: turn.signal.aborted };
  }
}
