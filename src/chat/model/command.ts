import type { ModelCatalogue } from "../../agents/models.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { bold, textOf } from "../../telegram/text.ts";
import type { Command } from "../commands/command.ts";
import type { Panel, PanelContext } from "../panels/panel.ts";
import { switchModel, type SwitchNeeds } from "./switch.ts";
import { texts } from "./texts.ts";

export interface ModelCommandNeeds extends SwitchNeeds, PanelContext {
  panel: Pick<Panel, "open">;
  models: Pick<ModelCatalogue, "find" | "nearest" | "known">;
  speaker: Pick<Speaker, "say">;
}

/** `/model`: a panel; `/model NAME`: changes it at once. */
export function modelCommand(needs: ModelCommandNeeds): Command {
  const { panel, models, speaker, outbox, choose } = needs;
  return {
    name: "model",
    description: texts.description,
    group: "Agent",
    when: "now",
    async run({ address, args }) {
      if (args === "") return await panel.open(address);
      const wanted = await models.find(args);
      if (!wanted) {
        return await speaker.say(address, texts.unknown(args, models.nearest(args, 3)));
      }
      const now = await choose(address);
      const same = wanted.provider === now.provider && wanted.model === now.model;
      const parts = same
        ? [texts.already, bold(wanted.model), "."]
        : await switchModel(address, wanted, needs);
      await outbox.send(address, { pieces: [textOf(parts)] });
    },
  };
}
