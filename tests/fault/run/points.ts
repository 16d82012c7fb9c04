/** The steps of a message's, a press's, a job's and an event's way at which the program is killed. */
import type { Fault } from "../../../src/bot_api/types.ts";
import type { Kind } from "./items.ts";

export interface Point {
  name: string;
  /** What is asked for, so that the step comes. */
  ask: readonly Kind[];
  /** The events in whose order it is reached; see `Feed`. `TAG` stands for what is asked last. */
  at: readonly RegExp[];
  /** What happens to the next `sendMessage` of it. */
  fault?: Fault;
  /** A press is to be made: no press is made before. */
  press?: boolean;
}

const UPDATE = /^answered:getUpdates .*message/;
const PRESS = /^answered:getUpdates .*callback_query/;

export const POINTS: readonly Point[] = [
  { name: "update received", ask: ["say"], at: [UPDATE] },
  { name: "update journalled", ask: ["say"], at: [/^inbox:update/] },
  { name: "update confirmed", ask: ["say"], at: [/^inbox:update/, /^call:getUpdates/] },
  { name: "request waiting", ask: ["count", "say"], at: [/^inbox:started/, /^inbox:update/] },
  { name: "request running", ask: ["count"], at: [/^inbox:started/] },
  { name: "session opened", ask: ["say"], at: [/^agent:/] },
  { name: "text shown", ask: ["count"], at: [/^inbox:started/, /^outbox:shown/] },
  { name: "tool at work", ask: ["run"], at: [/^runs:/] },
  { name: "permission asked", ask: ["run"], at: [/^call:sendMessage .*Allow/] },
  { name: "permission given", ask: ["run"], at: [/^call:answerCallbackQuery/], press: true },
  { name: "final queued", ask: ["say"], at: [/^outbox:final/] },
  { name: "final about to be sent", ask: ["say"], at: [/^outbox:final/, /^outbox:try/] },
  {
    name: "final has to wait",
    ask: ["say"],
    at: [/^answered:sendMessage TAG/, /^outbox:try/],
    fault: { status: 429, retry_after: 5 },
  },
  { name: "final sent, not arrived", ask: ["say"], at: [/^call:sendMessage TAG/], fault: "hang" },
  {
    name: "final arrived, no answer",
    ask: ["say"],
    at: [/^answered:sendMessage TAG/],
    fault: "hang_after",
  },
  { name: "final answered", ask: ["say"], at: [/^answered:sendMessage TAG/] },
  {
    name: "final sent again",
    ask: ["say"],
    at: [/^call:sendMessage TAG/, /^call:sendMessage TAG/],
    fault: "reset_after",
  },
  {
    name: "double looked for",
    ask: ["say"],
    at: [/^call:sendMessage TAG/, /^call:editMessageText TAG/],
    fault: "reset_after",
  },
  {
    name: "double taken back",
    ask: ["say"],
    at: [/^call:editMessageText TAG/, /^call:deleteMessage/],
    fault: "reset_after",
  },
  { name: "final confirmed", ask: ["say"], at: [/^outbox:final/, /^outbox:done/] },
  { name: "message done", ask: ["say"], at: [/^inbox:started/, /^inbox:done/] },
  { name: "parked", ask: [], at: [/^inbox:parked/] },
  { name: "press received", ask: [], at: [PRESS], press: true },
  { name: "press decided", ask: [], at: [/^inbox:decided/], press: true },
  { name: "press shown", ask: [], at: [/^inbox:decided/, /^call:editMessage/], press: true },
  { name: "hook accepted", ask: ["hook"], at: [/^hooks:event/] },
  { name: "hook run", ask: ["hook"], at: [/^hooks:began/] },
  { name: "hook reported", ask: ["hook"], at: [/^hooks:began/, /^outbox:final/] },
  { name: "job due", ask: ["job"], at: [/^jobs:/] },
  { name: "job running", ask: ["job"], at: [/^jobs:/, /^agent:/] },
  { name: "job reported", ask: ["job"], at: [/^call:sendMessage TAG/] },
];
