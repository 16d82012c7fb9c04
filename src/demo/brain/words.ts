/**
 * The script words of the demo model. Each has a pattern, a line for `help` and an answer. The first
 * pattern that fits answers; what fits none is echoed.
 */

import { allTitles } from "../../agents/provider.ts";
import { shorten } from "../../base/text.ts";
import type { Thought } from "./thought.ts";
import { TOOL_WORDS } from "./tool_words.ts";
import { say, type Word } from "./word.ts";
import { longText } from "./long_text.ts";

const FAILURES: Record<string, { type: string; message: string }> = {
  "400": { type: "invalid_request_error", message: "demo model: this request is refused" },
  "401": { type: "authentication_error", message: "invalid x-api-key" },
  "429": { type: "rate_limit_error", message: "demo model: too many requests, slow down" },
  "529": { type: "overloaded_error", message: "Overloaded" },
};

const TABLE = "Three birds:\n\n| Bird | Can swim | Loudness |\n|:---|:---:|---:|\n" +
  "| Mallard | yes | 70 dB |\n| Blackbird | no | 85 dB |\n| Owl | no | 0 dB |";

const CODE = "Greatest common divisor, as Euclid had it:\n\n```ts\n" +
  "function gcd(a: number, b: number): number {\n  return b === 0 ? a : gcd(b, a % b);\n}\n```";

/** What is worth trying, short enough for a phone. */
const TOUR = "I am **ductor's demo agent**, a script without any AI. What is between us is real, " +
  "so try that:\n\n" +
  "- `count to 30 slowly`, then write something or press stop\n" +
  "- `run: date` really runs a command\n" +
  "- `remind me in 10 seconds to stretch`\n" +
  "- `work in the background`, and go on writing\n" +
  "- `ask me something`, `make a plan`\n" +
  "- send a picture, or several\n" +
  "- /model, /status, /cron, /showfiles\n\n" +
  `With ${allTitles("or")} installed, they answer here instead. \`help\` lists all my words.\n\n` +
  "[button:Show me a table and some code]\n[button:Run a command] [button:Count to 30 slowly]";

/** Every word, in the order in which they are tried and listed. */
export const WORDS: readonly Word[] = [
  {
    usage: "help",
    does: "this list",
    pattern: /^(\/?help|what do you know|(show|list) (me )?(all )?(your )?words)\W*$/i,
    answer: () => say(help()),
  },
  {
    usage: "what can you do",
    does: "what is worth trying here",
    pattern:
      /^(what (else )?can (you|i) do( here)?|(introduce yourself|tell me what you can do)\b[^]*)\W*$/i,
    answer: () => say(TOUR),
  },
  {
    usage: "hello",
    does: "a greeting",
    pattern: /^((yes, )?(hello|hi|hey)|good (morning|evening|day|afternoon))\b[^\n]{0,40}$/i,
    answer: () =>
      say(
        "Hello! I am ductor's demo agent. There is no AI in me: I am a short script that speaks " +
          "the same protocol as the real Claude Code, so everything between us is the real thing: " +
          "the stream, the tools, the sessions.\n\n" +
          "[button:What can you do?] [button:Run a command]",
      ),
  },
  ...TOOL_WORDS,
  {
    usage: "count to N slowly",
    does: "one number every third of a second: press stop in the middle",
    pattern: /^count to (\d{1,4})( slowly)?\W*$/i,
    answer: ([, to = "1", slowly]) =>
      Array.from({ length: Math.max(1, Number(to)) }, (_, index) => ({
        say: index === 0 ? "1" : `, ${index + 1}`,
        ...(slowly && index > 0 ? { waitMs: 330 } : {}),
      })),
  },
  {
    usage: "long N",
    does: "a Markdown text of exactly N characters, numbered",
    pattern: /^long (\d{1,7})\W*$/i,
    answer: ([, length = "0"]) => say(longText(Number(length))),
  },
  {
    usage: "table",
    does: "a table",
    pattern: /^(please )?((show|give|make)( me)? )?(a |some )?tables?( please)?\W*$/i,
    answer: () =>
      say(`${TABLE}\n\nOn a phone a table has to stay readable; how do you like this one?`),
  },
  {
    usage: "code",
    does: "a piece of code",
    pattern: /^(please )?((show|give|write)( me)? )?(some |a piece of )?code( please)?\W*$/i,
    answer: () => say(`${CODE}\n\nCalled as \`gcd(12, 18)\` it gives \`6\`.`),
  },
  {
    usage: "table and code",
    does: "both",
    pattern: /^(please )?((show|give)( me)? )?(a )?table (and|with) (some )?code( please)?\W*$/i,
    answer: () => say(`${TABLE}\n\n${CODE}`),
  },
  {
    usage: "think",
    does: "thinks before it answers",
    pattern: /^think\b[^\n]{0,200}$/i,
    answer: () => [
      { think: "Let me see. I am a script, so this thought was written long ago. " },
      { think: "Still, it travels the way a real one would." },
      { say: "I have thought about it, and the answer is 42." },
    ],
  },
  {
    usage: "let us get to know each other",
    does: "an honest answer",
    pattern: /^let('s| us) get to know each other\b[^]*$/i,
    answer: () =>
      say(
        "A real agent would now ask what you are called and what you work on, and write it down " +
          "in your memory file. I am only a script. What shall I do?\n\n" +
          "[button:What can you do?] [button:Buttons]",
      ),
  },
  {
    usage: "say: ANYTHING",
    does: "says just that",
    pattern: /^say:[ \t]*([^\n]+)(?=\n|$)/i,
    answer: ([, what = ""]) => say(what.trim()),
  },
  {
    usage: "remember ANYTHING",
    does: "keeps it for this session; ask `what did I say`",
    pattern: /^remember\s+([^]+)$/i,
    answer: ([, what = ""]) => say(`I will remember: ${what.trim()}`),
  },
  {
    usage: "what did I say",
    does: "what it was told to remember, and the last question",
    pattern: /^what (did|have) i (say|said|tell you|told you)\b/i,
    answer: (_, { history }) => say(recall(history)),
  },
  {
    usage: "which model",
    does: "the model and effort it was asked to be",
    pattern: /^(which|what) model\b/i,
    answer: (_, { model, effort }) =>
      say(
        `You asked for **${model ?? "the default model"}**` +
          `${effort ? ` with effort **${effort}**` : ""}. I play every role.`,
      ),
  },
  {
    usage: "do you know ANYTHING",
    does: "whether its instructions (your memory file) mention it",
    pattern: /^do you know (.{1,200}?)\??$/i,
    answer: ([, what = ""], { instructions = "" }) =>
      say(
        instructions.toLowerCase().includes(what.trim().toLowerCase())
          ? `Yes: my instructions mention ${what.trim()}.`
          : `No: my instructions do not mention ${what.trim()}.`,
      ),
  },
  {
    usage: "buttons",
    does: "buttons under the answer",
    pattern: /^(show (me )?)?buttons\W*$/i,
    answer: () =>
      say(
        "Shall I go on?\n\n[button:Yes, hello] [button:Show me a table]\n[button:What can you do?]",
      ),
  },
  {
    usage: "measure: TEXT",
    does: "how many characters arrived, and how they begin and end",
    pattern: /^measure:[^]*$/i,
    answer: ([text]) =>
      say(
        `Your message has ${text.length} characters, begins with \`${text.slice(0, 20)}\` ` +
          `and ends with \`${text.slice(-20)}\`.`,
      ),
  },
  {
    usage: "fail 400, fail 401, fail 429, fail 529",
    does: "errors of a real service: refused, not logged in, too fast, overloaded",
    pattern: /^fail (400|401|429|529)\W*$/i,
    answer: ([, status = "400"], { attempt = 0 }) =>
      status === "529" && attempt >= 2
        ? say("The service was overloaded twice. At the third try it answered.")
        : [{ fail: { status: Number(status), ...(FAILURES[status] ?? FAILURES["400"]!) } }],
  },
  {
    usage: "usage limit",
    does: "the error of a subscription that is used up",
    pattern: /^usage limit\W*$/i,
    answer: () => [{
      fail: {
        status: 429,
        type: "rate_limit_error",
        message: "This request would exceed your account's rate limit. Please try again later.",
        resetsIn: 3 * 3600,
      },
    }],
  },
];

/** The text of `help`. */
export function help(): string {
  const lines = WORDS.map(({ usage, does }) =>
    `- ${usage.split(", ").map((one) => `\`${one}\``).join(", ")} — ${does}`
  );
  return "I am a script with a small vocabulary:\n\n" + lines.join("\n") +
    "\n\nEverything else I repeat to you.";
}

function recall(history: Thought["history"]): string {
  const said = history.filter((turn) => turn.role === "user").map((turn) => turn.text.trim());
  const kept = said.flatMap((text) => {
    const found = /^remember\s+([^]+)$/i.exec(text);
    return found ? [found[1]!.trim()] : [];
  });
  if (said.length === 0) return "Nothing yet: this session begins with this question.";
  const last = said.at(-1)!;
  const list = kept.length === 0
    ? "You did not ask me to remember anything"
    : `You asked me to remember:\n\n${kept.map((one) => `- ${one}`).join("\n")}\n\n`;
  const shown = shorten(last, 200);
  return `${list}${kept.length === 0 ? ", and t" : "T"}he last thing you said was: ${shown}`;
}
