/**
 * Asks the owners about people who are new in the config, and tells them when it lets agents do more:
 * `may:in:ID`, `may:no:ID`, `may:undo:KEY:VALUE`, `may:undo:project.PRINT:VALUE`.
 */
import { PERMISSION_MODES } from "../../agents/agent.ts";
import type { ChangeConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { type Change, isLooser, type LooseKey, looseValue } from "../../config/who_may.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { projectChange } from "../../projects/change.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import type { ButtonAction } from "../presses.ts";
import { texts } from "./texts.ts";

export interface WhoMayNeeds {
  speaker: Pick<Speaker, "say">;
  config(): Config;
  /** Changes `config.json`. */
  changeConfig(change: Partial<Config> | ChangeConfig): Promise<void>;
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
    : [texts.looser(keyOf(change), change.from, change.to), [
      { label: texts.undo, action: `may:undo:${printOf(change)}:${change.from}` },
    ]];
  for (const chatId of config().allowed_user_ids) {
    await speaker.say({ chatId }, text, { buttons: [buttons] });
  }
}

type Looser = Change & { kind: "looser" };

/** The key as it stands in the config. */
function keyOf(change: Looser): string {
  return "project" in change ? `projects.${change.project}.${change.key}` : change.key;
}

/** What the button says: a name may be longer than there is room for. */
function printOf(change: Looser): string {
  return "project" in change ? `project.${fingerprintOf(change.project)}` : change.key;
}

export function whoMayAction(needs: WhoMayNeeds): ButtonAction {
  const { speaker, config, changeConfig, people } = needs;
  return {
    verb: "may",
    async press({ argument, address }) {
      const [what = "", about = "", value = ""] = argument.split(":");
      if (what === "undo" && about.startsWith("project.")) {
        const found = Object.entries(config().projects).find(([name]) =>
          about === `project.${fingerprintOf(name)}`
        );
        const mode = PERMISSION_MODES.find((mode) => mode === value);
        if (!found || !mode) return { toast: texts.over };
        const [name, { folder, permission_mode: now }] = found;
        if (now === undefined || !isLooser("permission_mode", now, mode)) {
          return { toast: texts.over };
        }
        await changeConfig(projectChange({ name, folder }, { permission_mode: mode }));
        return await speaker.say(address, texts.undone(`projects.${name}.permission_mode`, mode));
      }
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
