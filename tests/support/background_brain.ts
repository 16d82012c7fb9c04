/**
 * A model that sets things going in the background, for the real Claude CLI. What it says tells what
 * it was shown, so that a test can see which turn answered what.
 */
import type { Brain, Step, Thought } from "../../src/demo/brain/thought.ts";
import type { ModelRequest } from "./model_server.ts";

const NOTIFIED = /task-notification/;

export interface BackgroundScript {
  /** What the command in the background runs; by default until `release` exists in its folder. */
  command?: string;
  /** What the woken agent does first. */
  whenWoken?: Step[];
}

/**
 * - `delegate`: has a sub-agent look something up in the background.
 * - `take long`: runs a command in the foreground that exceeds its time.
 * - `start it`: runs a command in the background.
 * - anything else: `heard: …`.
 */
export function backgroundBrain(script: BackgroundScript = {}): Brain {
  const command = script.command ?? "until [ -e release ]; do sleep 0.1; done; echo finished";
  return (thought: Thought) => {
    const { body } = thought as ModelRequest;
    const messages = body.messages as { role: string }[];
    const spoken = messages.findLastIndex(({ role }) => role === "assistant");
    const last = JSON.stringify(messages.slice(spoken + 1));
    const all = JSON.stringify(messages);
    if (/SUBTASK/.test(thought.text)) {
      return thought.toolResults.length > 0 ? [{ say: "The number is 42." }] : [{ run: command }];
    }
    // A message that was taken into a turn stands in a reminder.
    const asked = /is it done\?/.test(last);
    if (/tool_result/.test(last) && NOTIFIED.test(all)) {
      return [{ say: asked ? "Yes, it is done." : "I have looked." }];
    }
    if (NOTIFIED.test(last)) {
      if (asked) return [{ say: "Yes, it is done." }];
      return script.whenWoken ?? [{ say: `Woken: ${/42/.test(last) ? "42" : "it has ended"}.` }];
    }
    if (thought.toolResults.length > 0) return [{ say: "I will come back to you." }];
    if (/^delegate/.test(thought.text)) {
      const input = {
        description: "look it up",
        prompt: "SUBTASK find the number",
        subagent_type: "general-purpose",
        run_in_background: true,
      };
      return [{ use: "Agent", input }];
    }
    if (/^take long/.test(thought.text)) {
      return [{ use: "Bash", input: { command, description: "take long", timeout: 1000 } }];
    }
    if (/^start it/.test(thought.text)) {
      const input = { command, description: "wait for it", run_in_background: true };
      return [{ use: "Bash", input }];
    }
    return [{ say: `heard: ${thought.text.split("\n")[0]}` }];
  };
}
