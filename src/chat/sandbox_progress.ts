/** Tells the owner in the chat how the building of the sandbox's image goes, and of changed logins. */
import { oneLine, shorten } from "../base/text.ts";
import { getLogger } from "@logtape/logtape";
import type { SandboxEvent } from "../sandbox/sandbox.ts";
import type { Outbox } from "../telegram/outbox.ts";
import type { Post } from "../telegram/post.ts";
import { render } from "../telegram/render/mod.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "app"]);

export interface SandboxFeed {
  listen(listener: (event: SandboxEvent) => void): void;
}

/** Shows the progress of every build in the chats that `owners` names, one message a build. */
export function showSandboxProgress(
  feed: SandboxFeed,
  outbox: Pick<Outbox, "open">,
  owners: () => readonly number[],
): void {
  let posts: Post[] = [];
  let step = "";
  const end = (markdown: string) => {
    for (const post of posts) {
      post.finish({ pieces: [render(markdown)] }).catch((error) =>
        log.error("How the building ended could not be told: {error}", { error })
      );
    }
    posts = [];
  };
  feed.listen((event) => {
    switch (event.type) {
      case "building":
        step = "";
        posts = owners().map((chatId) => outbox.open({ chatId }, { silent: true }));
        for (const post of posts) {
          post.show(() => ({ pieces: [render(texts.sandbox.building + step)] }));
        }
        break;
      case "line": {
        const now = stepOf(event.line);
        if (now === undefined) break;
        step = `\n\n\`${now}\``;
        for (const post of posts) post.touch();
        break;
      }
      case "built":
        return end(texts.sandbox.built);
      case "failed":
        return end(texts.sandbox.failed(event.message));
      case "login_changed": {
        const content = { pieces: [render(texts.sandbox.loginChanged(event.title))] };
        for (const chatId of owners()) {
          outbox.open({ chatId }).finish(content).catch((error) =>
            log.error("A changed login could not be told: {error}", { error })
          );
        }
      }
    }
  });
}

/** What of a line of `docker build` says how far it is: `Step 3/9 : RUN …` or `#7 [3/9] RUN …`. */
export function stepOf(line: string): string | undefined {
  const found = /^(?:Step (\d+\/\d+) : |STEP (\d+\/\d+): |#\d+ \[(?:\S+ )?\s*(\d+\/\d+)\] )(.*)$/
    .exec(line);
  if (!found) return undefined;
  const what = oneLine(found[4]!.replaceAll("`", " "));
  return `${found[1] ?? found[2] ?? found[3]} ${shorten(what, 60)}`;
}
