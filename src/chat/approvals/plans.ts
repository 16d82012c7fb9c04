/** A plan of the agent: shown whole, as it writes; carried out, or thought over with the user's words. */
import type { Asking } from "../../agents/agent.ts";
import { unhide } from "../../base/hidden.ts";
import { render } from "../../telegram/render/mod.ts";
import { bold } from "../../telegram/text.ts";
import { contentOf, denied, type Form, hiddenNote } from "./form.ts";
import { texts } from "./texts.ts";

export function planForm(
  plan: string,
  { subagent, job, terminal }: Pick<Asking, "subagent" | "job" | "terminal">,
): Form {
  const { approve, goOn } = texts.plan;
  const shown = unhide(plan);
  return {
    content: contentOf({
      subagent,
      job,
      terminal,
      head: [bold(texts.plan.head)],
      body: render(plan.trim() === "" ? texts.plan.missing : shown.text),
      foot: hiddenNote(shown.names),
      file: { name: "plan.md", text: shown.text },
    }),
    hint: terminal === undefined ? texts.plan.hint : texts.terminalHint,
    buttons: () => [[{ label: approve, what: "approve" }, { label: goOn, what: "go_on" }]],
    press(what) {
      if (what === "approve") return { decision: { behavior: "allow" }, note: texts.plan.approved };
      return what === "go_on" ? denied(texts.plan.goesOn) : undefined;
    },
    typed: (text) => denied(texts.plan.goesOn, text),
  };
}
