/** A plan of the agent: shown whole, as it writes; carried out, or thought over with the user's words. */
import type { Asking } from "../../agents/agent.ts";
import { render } from "../../telegram/render/mod.ts";
import { bold } from "../../telegram/text.ts";
import { contentOf, denied, type Form } from "./form.ts";
import { texts } from "./texts.ts";

export function planForm(plan: string, { subagent, job }: Pick<Asking, "subagent" | "job">): Form {
  const { approve, goOn } = texts.plan;
  return {
    content: contentOf({
      subagent,
      job,
      head: [bold(texts.plan.head)],
      body: render(plan.trim() === "" ? texts.plan.missing : plan),
      foot: [],
      file: { name: "plan.md", text: plan },
    }),
    hint: texts.plan.hint,
    buttons: () => [[{ label: approve, what: "approve" }, { label: goOn, what: "go_on" }]],
    press(what) {
      if (what === "approve") return { decision: { behavior: "allow" }, note: texts.plan.approved };
      return what === "go_on" ? denied(texts.plan.goesOn) : undefined;
    },
    typed: (text) => denied(texts.plan.goesOn, text),
  };
}
