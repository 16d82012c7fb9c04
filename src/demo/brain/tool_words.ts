/** The script words for which the demo model uses tools: commands, questions, plans. */

import { counted, oneLine } from "../../base/text.ts";
import type { ToolResult } from "./thought.ts";
import { say, type Word } from "./word.ts";

/** Means something to `sh` and to `cmd`. */
const LOOK = "ls -p || dir /b";
const MACHINE = "uname -srm && df -h . || ver";

/** Takes a few seconds, on Windows as well. */
const MOMENT = "sleep 8 || ping -n 9 127.0.0.1 >nul";

const QUESTIONS = [
  {
    question: "How do you like your tea?",
    header: "Tea",
    options: [
      { label: "Black", description: "strong, three minutes" },
      { label: "Green", description: "mild, not too hot" },
      { label: "Peppermint", description: "no caffeine" },
    ],
    multiSelect: false,
  },
  {
    question: "What goes with it?",
    header: "Extras",
    options: [
      { label: "Milk", description: "a drop" },
      { label: "Lemon", description: "a slice" },
      { label: "A biscuit", description: "or two" },
    ],
    multiSelect: true,
  },
];

const PLAN =
  "# Tea for two\n\n1. **Boil** half a litre of water.\n2. Warm the pot, then three minutes" +
  " with the leaves.\n3. Pour, and say `tea is ready`.\n\nNothing is changed on this machine.";

/** In the order in which they are tried and listed. */
export const TOOL_WORDS: readonly Word[] = [
  {
    usage: "run a command",
    does: "runs one that shows what is in its folder",
    pattern:
      /^(please )?(run|execute|try)( me)? (a|any|some|one) (shell )?commands?( for me)?\W*$/i,
    answer: (_, { toolResults }) => {
      const result = toolResults.at(-1);
      if (!result) return [{ say: "I look at what is in my folder.\n\n" }, { run: LOOK }];
      return say(
        `${report(result)}\n\nNow you: \`run: \` and any command. It really runs on this machine.`,
      );
    },
  },
  {
    usage: "have a look at this machine",
    does: "runs commands about the machine",
    pattern: /^(please )?(have a )?look (at|around)( on)? (the|this) machine\b[^]*$/i,
    answer: (_, { toolResults }) => {
      const result = toolResults.at(-1);
      if (!result) return [{ say: "I look around.\n\n" }, { run: MACHINE }];
      return say(`${report(result)}\n\nA real agent would make something of this.`);
    },
  },
  {
    usage: "run: COMMAND",
    does: "really runs a shell command and reports what it said",
    pattern: /^run:[ \t]*([^]+)$/i,
    answer: ([, command = ""], { toolResults }) => {
      const result = toolResults.at(-1);
      if (!result) return [{ say: "Running it.\n\n" }, { run: command.trim() }];
      return say(report(result));
    },
  },
  {
    usage: "run twice: COMMAND",
    does: "two commands after each other, with words between",
    pattern: /^run twice:[ \t]*([^]+)$/i,
    answer: ([, command = ""], { toolResults }) => {
      if (toolResults.length === 0) return [{ say: "First time.\n\n" }, { run: command.trim() }];
      if (toolResults.length === 1) return [{ say: "Second time.\n\n" }, { run: command.trim() }];
      return say(
        "Done twice:\n\n```\n" + toolResults.map((r) => r.output.trimEnd()).join("\n") + "\n```",
      );
    },
  },
  {
    usage: "work in the background, in the background: COMMAND",
    does: "starts a command, goes on, and wakes up when it has ended",
    pattern: /^(?:(?:please )?work in (?:the )?background\W*|in the background:[ \t]*([^]+))$/i,
    answer: ([, command = MOMENT], { toolResults }) => {
      const result = toolResults.at(-1);
      if (!result) {
        const input = { command, description: "take a moment", run_in_background: true };
        return [{ say: "I start it.\n\n" }, { use: "Bash", input }];
      }
      return say(
        result.ok
          ? "It runs in the background. Go on writing; I will tell you when it has ended. " +
            "/status shows it, /stop ends it."
          : report(result),
      );
    },
  },
  {
    usage: "ask me something",
    does: "two questions, with buttons; you may type the answer as well",
    pattern: /^(please )?ask me (something|a question|questions)\W*$/i,
    answer: (_, { toolResults }) => {
      const result = toolResults.at(-1);
      if (!result) {
        return [{ say: "Let me ask.\n\n" }, {
          use: "AskUserQuestion",
          input: { questions: QUESTIONS },
        }];
      }
      const answers = [...result.output.matchAll(/"([^"]*)"="([^"]*)"/g)];
      if (!result.ok || answers.length === 0) return say("No answer is an answer, too.");
      return say(answers.map(([, question, choice]) => `- ${question} **${choice}**`).join("\n"));
    },
  },
  {
    usage: "make a plan",
    does: "shows a plan and waits for your word",
    pattern: /^(please )?(make|show)( me)? a plan\W*$/i,
    answer: (_, { toolResults }) => {
      const result = toolResults.at(-1);
      if (!result) {
        return [{ say: "This is how I would do it.\n\n" }, {
          use: "ExitPlanMode",
          input: { plan: PLAN },
        }];
      }
      if (result.ok) return say("Tea is ready.");
      return say(`Then I keep planning. You said:\n\n> ${oneLine(result.output)}`);
    },
  },
  {
    usage: "remind me in 1 minute to ANYTHING",
    does: "makes a job with `ductor cron add`",
    pattern:
      /^remind me in (\d{1,4}|one|a|an) ?(s|m|h|sec|min|seconds?|minutes?|hours?)\b\s*([^]*)$/i,
    answer: ([, count = "1", unit = "m", what = ""], { toolResults }) => {
      const result = toolResults.at(-1);
      const span = `${/^\d/.test(count) ? Number(count) : 1}${unit[0]!.toLowerCase()}`;
      if (!result) return [{ say: "I make a job for that.\n\n" }, { run: reminder(span, what) }];
      if (!result.ok) return say("That did not work:\n\n```\n" + result.output.trimEnd() + "\n```");
      return say(`I will remind you in ${spoken(span)}. /cron shows the job.`);
    },
  },
];

/** The command that makes the job; its agent is this brain again, which knows `say:`. */
function reminder(span: string, what: string): string {
  const text = what.replace(/^(to|of|about|that|:)\s+/i, "").trim() || "your time is over";
  const instruction = `say: ⏰ You wanted to be reminded: ${oneLine(text)}`;
  const quoted = `'${instruction.replaceAll("'", `'\\''`)}'`;
  return `ductor cron add --in ${span} --title Reminder --instruction ${quoted}`;
}

/** What a command printed, in a block. */
function report({ output, ok }: ToolResult): string {
  const text = output.trimEnd();
  if (text === "") return ok ? "Done; it printed nothing." : "The command failed and said nothing.";
  return `The command ${ok ? "said" : "failed"}:\n\n` + "```\n" + text + "\n```";
}

const UNITS = { s: "second", m: "minute", h: "hour" } as const;

/** `5s` as people say it. */
function spoken(span: string): string {
  const count = Number.parseInt(span, 10);
  const unit = UNITS[span.at(-1) as keyof typeof UNITS];
  return counted(count, unit);
}
