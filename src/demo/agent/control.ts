/** Control messages of the stream protocol: what the client asks beside the conversation. */

import { WORDS } from "../brain/words.ts";
import { MODELS } from "./models.ts";
import type { Json } from "./wire.ts";

/** What the client may change or ask; the agent's side of {@link answerControl}. */
export interface Controlled {
  /** Adds to what the agent was told about itself. */
  instruct(text: string): void;
  setModel(name: string): Promise<void>;
  setPermissionMode(mode: string): void;
  rename(title: string): Promise<void>;
  /** Ends a command in the background. */
  stopTask(id: string): Promise<void>;
  settings(): Json;
}

/**
 * Answers one `control_request`. Returns the inner `response`: `success`, with what was asked for,
 * or `error` with the sentence that Claude Code says. An `interrupt` is carried out by the caller,
 * after the answer is sent: in this order Claude Code does it.
 */
export async function answerControl(message: Json, agent: Controlled): Promise<Json> {
  const request = (message.request ?? {}) as Json;
  const done = (response?: Json): Json => ({
    subtype: "success",
    request_id: message.request_id,
    ...(response ? { response } : {}),
  });
  switch (request.subtype) {
    case "initialize":
      if (typeof request.appendSystemPrompt === "string") {
        agent.instruct(request.appendSystemPrompt);
      }
      return done({
        commands: WORDS.filter(({ usage }) => usage === "help").map(({ usage, does }) => ({
          name: usage,
          description: does,
          argumentHint: "",
        })),
        agents: [],
        output_style: "default",
        available_output_styles: ["default"],
        models: MODELS,
        account: { tokenSource: "none", apiKeySource: "none", apiProvider: "demo" },
        pid: Deno.pid,
      });
    case "interrupt":
    case "set_max_thinking_tokens":
      return done();
    case "set_model":
      await agent.setModel(String(request.model ?? "default"));
      return done();
    case "set_permission_mode":
      agent.setPermissionMode(String(request.mode));
      return done({ mode: request.mode });
    case "rename_session":
      await agent.rename(String(request.title));
      return done();
    case "stop_task":
      await agent.stopTask(String(request.task_id));
      return done({});
    case "get_settings":
      return done({ effective: {}, sources: [], applied: agent.settings() });
    case "mcp_status":
      return done({ mcpServers: [] });
    default:
      return {
        subtype: "error",
        request_id: message.request_id,
        error: `Unsupported control request subtype: ${request.subtype}`,
      };
  }
}
