/** `/diff`: what has changed in the project since the session began, short here and whole as a file. */
import { shortenMiddle } from "../../base/text.ts";
import type { Clock } from "../../base/clock.ts";
import { agoOf } from "../../base/text.ts";
import { type Address, seatKey } from "../../conversation/address.ts";
import type { Choice } from "../../conversation/choice.ts";
import type { Places } from "../../conversation/places.ts";
import type { Changes, ProjectChanges } from "../../projects/changes.ts";
import { GitError } from "../../projects/git.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { bold, code, nameOf, type Part, textOf } from "../../telegram/text.ts";
import { textFile } from "../../telegram/upload/out_file.ts";
import type { Command } from "../commands/command.ts";
import { texts } from "./texts.ts";

/** Files that are named in the chat. */
const NAMED = 20;

export interface DiffNeeds {
  places: Pick<Places, "of">;
  choose(address: Address): Promise<Choice>;
  changes: Pick<ProjectChanges, "since">;
  clock: Clock;
  outbox: Pick<Outbox, "send">;
}

export function diffCommand({ places, choose, changes, clock, outbox }: DiffNeeds): Command {
  const { diff: say } = texts;
  return {
    name: "diff",
    description: say.description,
    group: "Session",
    when: "now",
    async run({ address }) {
      const tell = (...parts: Part[]) => outbox.send(address, { pieces: [textOf(parts)] });
      const { seat, project, gone } = await places.of(address);
      if (!project || gone) return void await tell(say.noProject);
      const { provider } = await choose(address);
      let found: Changes;
      try {
        found = await changes.since(`${seatKey(seat)}/${provider}`, project.folder);
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        return void await tell(say.failed(project.name, error.message));
      }
      const since = found.since &&
        agoOf(clock.now() - found.since.getTime());
      if (found.files.length === 0) return void await tell(say.nothing(project.name, since));
      const name = `${project.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.diff`;
      await outbox.send(address, {
        pieces: [textOf(summaryOf(project.name, since, found))],
        files: [textFile(name, found.diff)],
      });
    },
  };
}

function summaryOf(project: string, since: string | undefined, { files }: Changes): Part[] {
  const { diff: say } = texts;
  const sum = (key: "added" | "gone") => files.reduce((all, file) => all + (file[key] ?? 0), 0);
  const parts: Part[] = [
    bold(say.title(project)),
    `\n${say.summary(files.length, sum("added"), sum("gone"), since)}\n`,
  ];
  for (const { name, added, gone } of files.slice(0, NAMED)) {
    parts.push("\n", code(shortenMiddle(nameOf(name), 60)), ` ${say.lines(added, gone)}`);
  }
  if (files.length > NAMED) parts.push(`\n${say.more(files.length - NAMED)}`);
  return parts;
}
