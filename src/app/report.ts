/**
 * What a running bot says about itself when another command asks. It is asked and answers through
 * files in its home, as with everything that commands want of it; values of variables are told as
 * hashes that only somebody who has the same value can recognize.
 */
import { join } from "node:path";
import { z } from "zod";
import { type Clock, systemClock } from "../base/clock.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { sha256 } from "../base/hash.ts";
import { spawn } from "../base/async/spawn.ts";
import type { Agent, AuthState } from "../agents/agent.ts";
import { PROVIDER_NAMES, type ProviderName } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";
import { knownOf } from "../config/known_variables.ts";
import { isHeld, requestSpool } from "../jobs/spool.ts";
import type { TelegramState } from "../telegram/liveness.ts";

const LOOK_MS = 50;
/** For what the bot knows, and for what it has to ask the CLIs. */
const LIMIT_MS = 3000;
const AGENTS_LIMIT_MS = 30_000;

const schema = z.object({
  telegram: z.object({
    answeredAt: z.number().optional(),
    failingSince: z.number().optional(),
    failure: z.string().optional(),
  }),
  /** By the name of a known variable: the hash of its value; see {@link hashOf}. */
  environment: z.record(z.string(), z.string()),
  /** What each CLI says to the bot. */
  agents: z.partialRecord(
    z.enum(PROVIDER_NAMES),
    z.looseObject({ installed: z.boolean(), login: z.enum(["yes", "no", "unknown"]) }),
  ).optional(),
});

export interface Report {
  telegram: TelegramState;
  environment: Record<string, string>;
  agents?: Partial<Record<ProviderName, AuthState>> | undefined;
  /** To compare values with; see {@link hashOf}. */
  salt: string;
}

/** Where the bot finds what it tells. */
export interface ReportSources {
  telegram(): TelegramState;
  env(): Record<string, string>;
  agents: Record<ProviderName, Agent>;
}

/** Answers a request in the background. */
export function answerReport(
  home: Home,
  request: string,
  withAgents: boolean,
  sources: ReportSources,
): void {
  spawn("Answering another command", answer());

  async function answer(): Promise<void> {
    const states = withAgents
      ? await Promise.all(
        PROVIDER_NAMES.map(async (name) => [name, await sources.agents[name].authState()]),
      )
      : undefined;
    const known = Object.entries(knownOf(sources.env()));
    const hashes = known.map(([name, value]) => [name, hashOf(request, value)]);
    const report = {
      telegram: sources.telegram(),
      environment: Object.fromEntries(hashes),
      ...states && { agents: Object.fromEntries(states) },
    };
    await writeFileAtomic(answerFile(home, request), JSON.stringify(report), { sync: false });
  }
}

/**
 * Asks the bot that runs for `home`. `undefined`: none does, or it does not answer.
 *
 * @param agents Ask it about the CLIs, too, which takes some seconds.
 */
export async function askBot(
  home: Home,
  { agents = false, clock = systemClock }: { agents?: boolean; clock?: Clock } = {},
): Promise<Report | undefined> {
  if (!await isHeld(home.spoolLockFile)) return undefined;
  const requests = requestSpool(home);
  const request = await requests.put({ do: "report", agents });
  const file = answerFile(home, request);
  const end = clock.elapsed() + (agents ? AGENTS_LIMIT_MS : LIMIT_MS);
  try {
    while (clock.elapsed() < end) {
      const text = await readTextIfExists(file);
      const { data } = text === undefined ? {} : schema.safeParse(JSON.parse(text));
      if (data) return { ...data, salt: request } as Report;
      await clock.sleep(LOOK_MS);
    }
    return undefined;
  } finally {
    await requests.takeBack(request);
    await Deno.remove(file).catch(() => {});
  }
}

/** A value by which it can be recognized and not used. The salt is random, and used once. */
export function hashOf(salt: string, value: string): string {
  return sha256(`${salt}
${value}`).slice(0, 24);
}

function answerFile(home: Home, request: string): string {
  return join(home.requestsDir, `${request}.answer`);
}
