import type { InlineKeyboardMarkup } from "grammy/types";
import { allTitles, PROVIDERS } from "../../agents/provider.ts";
import { REPOSITORY, VERSION } from "../../base/about.ts";
import { bold, textOf } from "../../telegram/text.ts";
import type { Command } from "./command.ts";

/** `/info`: which version this is, and where to read on. */
export const info: Command = {
  description: "Version and links",
  group: "System",
  when: "now",
  async run({ address }, _, { outbox }) {
    await outbox.send(address, {
      pieces: [textOf([
        bold(`ductor ${VERSION}`),
        `\n\nThe official ${allTitles()} programs, on your own machine, in Telegram. ` +
        "Your messages go from this chat to the agent and nowhere else; everything is kept as " +
        "plain files in one folder.",
      ])],
      keyboard: links(REPOSITORY),
    });
  },
};

function links(repository: string | undefined): InlineKeyboardMarkup {
  const link = (text: string, url: string) => ({ text, url });
  return {
    inline_keyboard: [
      ...repository === undefined ? [] : [
        [link("Project", repository), link("Changes", `${repository}/releases`)],
        [link("Report a problem", `${repository}/issues`)],
      ],
      Object.values(PROVIDERS).map(({ title, docs }) => link(title, docs)),
    ],
  };
}
