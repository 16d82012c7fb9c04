/** Token, webhook, a second receiver, and the clock, all by asking Telegram. */
import { isRunning } from "../../app/end_instance.ts";
import { findInstance } from "../../app/find_instance.ts";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { flag, integer, object, text } from "../../base/shape.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

const LIMIT_MS = 15_000;
/** Signatures of webhooks and logins allow about as much. */
const SKEW_MS = 60_000;

interface Answer {
  ok: boolean;
  error_code?: number;
  description?: string;
  result?: Record<string, unknown>;
}

const readAnswer = object<Answer>({
  ok: flag,
  error_code: integer,
  description: text,
  result: object<Record<string, unknown>>({}),
}, "ok");

export async function telegramChecks(
  home: Home,
  config: Config,
  now: () => number = Date.now,
): Promise<Finding[]> {
  const call = async (method: string, query = "") => {
    const url = `${config.telegram_api_root}/bot${config.telegram_token}/${method}${query}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
    const answer = readAnswer(await response.json());
    if (!answer) throw new TypeError("No answer of Telegram");
    return { answer, date: response.headers.get("date") };
  };
  let me;
  try {
    me = await call("getMe");
  } catch (error) {
    // Its message may hold the URL, and so the token; the name does not.
    const why = error instanceof Error ? error.name : "error";
    return [problem(
      "Telegram",
      `${config.telegram_api_root} cannot be reached (${why})`,
      "Look at the network, a proxy, or telegram_api_root in the config",
    )];
  }
  if (!me.answer.ok) {
    return [problem(
      "Bot token",
      `Telegram refuses it: ${me.answer.description ?? "without a reason"}`,
      "Copy it from @BotFather (/mybots) and run: ductor onboarding",
    )];
  }
  const bot = me.answer.result ?? {};
  const findings = [ok("Bot token", `is that of @${text(bot.username) ?? "(no name)"}`)];
  findings.push(...skew(me.date, now()));
  findings.push(...await receivers(home, call));
  if (bot.can_join_groups === true && bot.can_read_all_group_messages !== true) {
    findings.push({
      level: "info",
      about: "Groups",
      found: "in a group the bot sees only mentions, replies and commands (privacy mode); " +
        "@BotFather, /setprivacy changes that",
    });
  }
  return findings;
}

function skew(date: string | null, now: number): Finding[] {
  const theirs = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return [];
  const seconds = Math.round((now - theirs) / 1000);
  return Math.abs(now - theirs) <= SKEW_MS ? [ok("Clock", "agrees with Telegram's")] : [problem(
    "Clock",
    `is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} Telegram's`,
    "Set it: timedatectl set-ntp true (Linux), or in the system's date settings",
  )];
}

async function receivers(
  home: Home,
  call: (method: string, query?: string) => Promise<{ answer: Answer }>,
): Promise<Finding[]> {
  try {
    const { answer: hook } = await call("getWebhookInfo");
    if (hook.ok && text(hook.result?.url)) {
      return [warning(
        "Webhook",
        "one is set for this bot, so its messages go there",
        "Start the bot (it removes it): ductor start",
      )];
    }
    const running = isRunning(await findInstance(home));
    // Ours would be thrown out of its own poll, so its log is asked instead.
    const other = running
      ? await sawAnother(home.logFile)
      : (await call("getUpdates", "?limit=1&timeout=0")).answer.error_code === 409;
    return other
      ? [problem(
        "Second receiver",
        "another program receives this bot's messages",
        "Stop it, or get this bot its own token from @BotFather",
      )]
      : [ok("Receivers", "no webhook, and nobody else receives the bot's messages")];
  } catch (error) {
    const why = error instanceof Error ? error.name : "error";
    return [warning("Receivers", `could not be looked at (${why})`, "Try again: ductor doctor")];
  }
}

/** Whether the bot has met another and has not been alone again since. */
async function sawAnother(logFile: string): Promise<boolean> {
  const said = await Deno.readTextFile(logFile).catch(() => "");
  return said.lastIndexOf("Another program is receiving this bot") >
    Math.max(
      said.lastIndexOf("This is the only program polling again"),
      said.lastIndexOf("Connected to Telegram again"),
    );
}
