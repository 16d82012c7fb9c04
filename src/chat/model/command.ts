import { openModels } from "./panel.ts";
import { switchModel } from "./switch.ts";
import { bold, textOf } from "../../telegram/text.ts";
import type { Command } from "../commands/command.ts";

/** `/model`: a panel; `/model NAME`: changes it at once. */
export const model: Command = {
  description: "Show or change the model",
  group: "Agent",
  when: "now",
  async run({ address }, args, context) {
    if (args === "") return await openModels(address, context);
    const { models, speaker, outbox } = context;
    const wanted = await models.find(args);
    if (!wanted) {
      const near = models.nearest(args, 3).map((name) => `\`${name}\``);
      const hint = near.length > 0 ? ` Did you mean ${near.join(", ")}?` : "";
      return await speaker.say(address, `I know no model called “${args}”.${hint}`);
    }
    const now = await context.choose(address);
    if (wanted.provider === now.provider && wanted.model === now.model) {
      await outbox.send(address, {
        pieces: [textOf(["This conversation already uses ", bold(wanted.model), "."])],
      });
      return;
    }
    const parts = await switchModel(address, wanted, context);
    await outbox.send(address, { pieces: [textOf(parts)] });
  },
};
