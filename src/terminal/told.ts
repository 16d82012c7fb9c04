/** What a hook of a CLI in a terminal tells the bot, and how the two speak: one line each. */
import { PROVIDER_NAMES, type ProviderName } from "../agents/provider.ts";
import { anything, integer, isObject, object, type Read, text } from "../base/shape.ts";

/** What a hook was given by its CLI; Claude Code and Codex say it alike. */
export interface HookEvent {
  hook_event_name: string;
  session_id: string;
  cwd: string;
  /** Claude's name for a turn. */
  prompt_id?: string;
  tool_name?: string;
  tool_input?: Record<string, unknown>;
  permission_suggestions?: unknown;
  /** Of the sub-agent it happens in. */
  agent_id?: string;
  notification_type?: string;
  message?: string;
  last_assistant_message?: string;
}

export interface Told {
  provider: ProviderName;
  /** The CLI's process. */
  pid: number;
  event: HookEvent;
}

const anyObject: Read<Record<string, unknown>> = (value) => isObject(value) ? value : undefined;

export const readTold = object<Told>(
  {
    provider: (value) => PROVIDER_NAMES.find((name) => name === value),
    pid: integer,
    event: object<HookEvent>(
      {
        hook_event_name: text,
        session_id: text,
        cwd: text,
        prompt_id: text,
        tool_name: text,
        tool_input: anyObject,
        permission_suggestions: anything,
        agent_id: text,
        notification_type: text,
        message: text,
        last_assistant_message: text,
      },
      "hook_event_name",
      "session_id",
      "cwd",
    ),
  },
  "provider",
  "pid",
  "event",
);
