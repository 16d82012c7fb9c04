import type { Home } from "../../config/home.ts";
import { configProblem } from "../../config/load.ts";
import type { Speaker } from "../../conversation/speaker.ts";
import { writeRestartSentinel } from "../../service/restart.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Command } from "./command.ts";
import { texts } from "./texts.ts";

export interface RestartNeeds {
  home: Home;
  speaker: Pick<Speaker, "say">;
  outbox: Pick<Outbox, "flush">;
  /** Ends the program so that it is started again; absent where nothing would start it. */
  restart?(): void;
}

/**
 * `/restart`: looks whether the config can be used, leaves word where to announce the new start, says
 * so, and ends the program.
 */
export function restartCommand({ home, speaker, outbox, restart }: RestartNeeds): Command {
  return {
    name: "restart",
    description: texts.restart.description,
    group: "System",
    when: "now",
    async run({ address }) {
      if (!restart) return await speaker.say(address, texts.restart.impossible);
      const problem = await configProblem(home);
      if (problem !== undefined) {
        return await speaker.say(address, texts.restart.refused(problem));
      }
      await writeRestartSentinel(home, { ...address, message: texts.restart.back });
      await speaker.say(address, texts.restart.begins);
      await outbox.flush(AbortSignal.timeout(3000));
      restart();
    },
  };
}
