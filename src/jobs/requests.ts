/** What other processes leave for the running bot; see spool.ts. */
import { z } from "zod";
import type { Home } from "../config/home.ts";
import { Spool } from "./spool.ts";

/** A message for the user, from `ductor send`. */
const outgoing = z.object({
  /** Markdown. */
  text: z.string(),
  /** Absolute paths. */
  files: z.array(z.string()).default([]),
  /** Absent: every allowed user. */
  chat_id: z.int().optional(),
  thread_id: z.int().optional(),
  title: z.string().default("ductor send"),
});

/** A job to run now, from `ductor cron run`. */
const request = z.object({ do: z.literal("run_job"), job: z.string() });

export type Outgoing = z.infer<typeof outgoing>;
export type Request = z.infer<typeof request>;

export function outgoingSpool(home: Home): Spool<Outgoing> {
  return new Spool(home.outgoingDir, outgoing);
}

export function requestSpool(home: Home): Spool<Request> {
  return new Spool(home.requestsDir, request);
}
