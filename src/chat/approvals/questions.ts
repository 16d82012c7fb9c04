/** A question with answers to choose from, one or several; what somebody writes is an answer too. */
import { unhide } from "../../base/hidden.ts";
import { shorten } from "../../base/text.ts";
import type { Asking, Choice } from "../../agents/agent.ts";
import { bold, type Part, textOf } from "../../telegram/text.ts";
import { contentOf, type Ending, type Form, hiddenNote } from "./form.ts";
import { texts } from "./texts.ts";

/** Longest label of a button, UTF-16 units. */
const LABEL = 60;
/** Telegram takes 100 buttons. */
const MOST = 90;

export interface QuestionOptions extends Pick<Asking, "subagent" | "job" | "terminal"> {
  /** Which one it is, of how many that are asked one after the other. */
  place: { number: number; of: number };
}

export function questionForm(
  choice: Choice,
  { subagent, job, terminal, place }: QuestionOptions,
): Form {
  const { options, several } = choice;
  const names: string[] = [];
  /** As it is shown; what is answered is the label itself. */
  const seen = (text: string) => {
    const shown = unhide(text);
    names.push(...shown.names);
    return shown.text;
  };
  const chosen = new Set<number>();
  const labels = () => options.filter((_, index) => chosen.has(index)).map(({ label }) => label);
  const body = textOf(bodyOf(choice, seen), Infinity);
  return {
    content: contentOf({
      subagent,
      job,
      terminal,
      head: [bold(texts.question(shorten(seen(choice.header), LABEL), place.number, place.of))],
      body,
      foot: hiddenNote(names),
      file: { name: "question.txt", text: body.text },
    }),
    hint: options.length === 0 ? texts.write : several ? texts.chooseSeveral : texts.choose,
    buttons() {
      const rows = options.slice(0, MOST).map(({ label }, index) => [{
        label: (chosen.has(index) ? texts.chosen : "") + shorten(unhide(label).text, LABEL),
        what: String(index),
      }]);
      return several ? [...rows, [{ label: texts.done, what: "done" }]] : rows;
    },
    press(what) {
      if (several && what === "done") {
        return chosen.size === 0 ? { toast: texts.toasts.none } : answered(labels());
      }
      const index = Number(what);
      const option = options[index];
      if (!option) return undefined;
      if (!several) return answered([option.label]);
      if (!chosen.delete(index)) chosen.add(index);
      return undefined;
    },
    // What was ticked already counts as well.
    typed: (text) => answered([...labels(), text]),
  };
}

/** What the agent writes is shown as it is: a label in bold must be the label. */
function bodyOf({ question, options }: Choice, seen: (text: string) => string): Part[] {
  return [
    seen(question),
    ...options.flatMap(({ label, description, preview }, index): Part[] => [
      index === 0 ? "\n\n• " : "\n• ",
      bold(seen(label)),
      description === "" ? "" : `: ${seen(description)}`,
      ...preview.trim() === "" ? [] : ["\n", { type: "pre", text: seen(preview) } as const],
    ]),
  ];
}

function answered(answers: readonly string[]): Ending {
  const answer = answers.join(", ");
  return {
    decision: { behavior: "answer", answers: [answer] },
    note: texts.ends.answered(unhide(answer).text),
  };
}
