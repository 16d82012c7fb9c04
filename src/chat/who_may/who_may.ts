/**
 * Asks the owners about people who are new in the config, and tells them when it lets agents do more:
 * `may:in:ID`, `may:no:ID`, `may:undo:KEY:VALUE`.
 */
import type { Config } from "../../config/schema.ts";
import { type Change, isLooser, type LooseKey, looseValue } from "../../config/who_may.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import type { ButtonAction } from "../presses.ts";
import { texts } from "./texts.ts";

export interface WhoMayNeeds {
  speaker: Pick<Speaker, "say">;
  config(): Config;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config>): Promise<void>;
  people: {
    /** Those in the config who have not been let in. */
    waiting(): readonly number[];
    letIn(id: number): Promise<void>;
    /** Takes them out of the config. */
    keepOut(id: number): Promise<void>;
  };
}

/** Tells every owner. */
export async function tellChange(
  change: Change,
  { speaker, config }: Pick<WhoMayNeeds, "speaker" | "config">,
): Promise<void> {
  const [text, buttons] = change.kind === "person"
    ? [texts.person(change.id), [
      { label: texts.letIn, action: `may:in:${change.id}` },
      { label: texts.no, action: `may:no:${change.id}` },
    ]]
    : [texts.looser(change.key, change.from, change.to), [
      { label: texts.undo, action: `may:undo:${change.key}:${change.from}` },
    ]];
  for (const chatId of config().allowed_user_ids) {
    await speaker.say({ chatId }, text, { buttons: [buttons] });
  }
}

export function whoMayAction(needs: WhoMayNeeds): ButtonAction {
  const { speaker, config, changeConfig, people } = needs;
  return {
    verb: "may",
    async press({ argument, address }) {
      const [what = "", about = "", value = ""] = argument.split(":");
      if (what === "undo") {
        const before = looseValue(about, value);
        const key = about as LooseKey;
        if (!before || !isLooser(key, config()[key], value)) return { toast: texts.over };
        await changeConfig(before);
        return await speaker.say(address, texts.undone(key, value));
      }
      const id = Number(about);
      if (!people.waiting().includes(id)) return { toast: texts.over };
      await (what === "in" ? people.letIn(id) : people.keepOut(id));
      await speaker.say(address, what === "in" ? texts.isIn(id) : texts.isOut(id));
    },
  };
}
