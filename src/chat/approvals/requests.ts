/**
 * May the agent do this? All that will run is shown, as it is: nothing of it can pass for words of
 * ours, and nothing is hidden. Only a button allows; what is written is the reason of a no.
 */
import { unhide } from "../../base/hidden.ts";
import { shorten } from "../../base/text.ts";
import type { Asking } from "../../agents/agent.ts";
import { bold, type Part, textOf } from "../../telegram/text.ts";
import { contentOf, denied, type Form, hiddenNote } from "./form.ts";
import { texts } from "./texts.ts";

/** Longest part shown of what the agent says about it, UTF-16 units. */
const REASON = 600;

export function requestForm({ title, detail, reason = "", subagent, job, terminal }: Asking): Form {
  const [what, words, matter] = [
    unhide(title, { blanks: true }),
    unhide(reason.trim()),
    unhide(detail, { blanks: true }),
  ];
  const names = [...new Set([what, words, matter].flatMap((each) => each.names))];
  const foot: Part[][] = [];
  if (words.text !== "") {
    const quote: Part = { type: "blockquote", text: shorten(words.text, REASON) };
    foot.push([texts.says, "\n", quote]);
  }
  foot.push(...hiddenNote(names));
  const { once, session, deny } = texts.buttons;
  return {
    content: contentOf({
      subagent,
      job,
      terminal,
      head: [bold(texts.allow), " ", what.text],
      body: textOf([{ type: "pre", text: matter.text }], Infinity),
      foot,
      file: { name: "request.txt", text: matter.text },
    }),
    hint: terminal === undefined ? texts.hint : texts.terminalHint,
    buttons: () => [
      [{ label: once, what: "once" }, { label: deny, what: "deny" }],
      [{ label: session, what: "session" }],
    ],
    press(what) {
      if (what === "once") return { decision: { behavior: "allow" }, note: texts.ends.once };
      if (what === "deny") return denied(texts.ends.denied);
      return what === "session"
        ? { decision: { behavior: "allow_session" }, note: texts.ends.session }
        : undefined;
    },
    typed: (text) => denied(texts.ends.denied, text),
  };
}
