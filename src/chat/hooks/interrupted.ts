/** Buttons under the news that an event of a webhook was cut off: `hook:again.EVENT`, `hook:drop.EVENT`. */
import type { Button } from "../../conversation/speaker.ts";
import type { Webhooks } from "../../webhooks/webhooks.ts";
import type { ButtonAction } from "../presses.ts";
import { texts } from "./texts.ts";

export function interruptedButtons(event: string): Button[][] {
  return [[
    { label: texts.again, action: `hook:again.${event}` },
    { label: texts.drop, action: `hook:drop.${event}` },
  ]];
}

export function hookAction({ hooks }: { hooks: Pick<Webhooks, "decide"> }): ButtonAction {
  return {
    verb: "hook",
    async press({ argument, address }) {
      const [what = "", event = ""] = argument.split(".");
      const decided = await hooks.decide(event, address, what === "again");
      return decided ? undefined : { toast: texts.over };
    },
  };
}
