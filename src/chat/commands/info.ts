import type { InlineKeyboardMarkup } from "grammy/types";
import { allTitles, PROVIDERS } from "../../agents/provider.ts";
import { REPOSITORY, VERSION } from "../../base/about.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { bold, textOf } from "../../telegram/text.ts";
import type { Command } from "./command.ts";
import { texts } from "./texts.ts";

/** `/info`: which version this is, and where to read on. */
export function infoCommand({ outbox }: { outbox: Pick<Outbox, "send"> }): Command {
  return {
    name: "info",
    description: texts.info.description,
    group: "System",
    when: "now",
    async run({ address }) {
      await outbox.send(address, {
        pieces: [textOf([bold(`ductor ${VERSION}`), `\n\n${texts.info.about(allTitles())}`])],
        keyboard: links(REPOSITORY),
      });
    },
  };
}

function links(repository: string | undefined): InlineKeyboardMarkup {
  const link = (text: string, url: string) => ({ text, url });
  const { project, changes, report } = texts.info;
  return {
    inline_keyboard: [
      ...repository === undefined ? [] : [
        [link(project, repository), link(changes, `${repository}/releases`)],
        [link(report, `${repository}/issues`)],
      ],
      Object.values(PROVIDERS).map(({ title, docs }) => link(title, docs)),
    ],
  };
}
