/** What `/status` and `/diagnose` say. Plain text. */
import { unhideName } from "../../base/hidden.ts";
import { counted } from "../../base/text.ts";

export const texts = {
  byItself: "In the background",
  telegram: {
    answered: (time: string) => `Telegram: last answered ${time}`,
    failing: (since: string, why: string) =>
      `Telegram: no answer to ductor since ${since} (${why})`,
  },
  jobs: {
    line: (parts: readonly string[]) => `Jobs: ${parts.join("; ")}`,
    next: (title: string, time: string) => `${unhideName(title)} is next, ${time}`,
    noneNext: "none has a next time",
    running: (count: number) => `${count} running`,
    broken: (count: number) => `${count} cannot run (see /cron)`,
  },
  webhooks: {
    off: (hooks: number) => `Webhooks: ${hooks}, but switched off`,
    received: (hooks: number, where: string) => `Webhooks: ${hooks}, received at ${where}`,
    problem: (hooks: number, cause: string) => `Webhooks: ${hooks}, not received, ${cause}`,
    turnedAway: (reasons: readonly [string, number][]) =>
      `; no events: ${
        reasons.map(([reason, count]) => `${count} ${reason.replaceAll("_", " ")}`).join(", ")
      }`,
  },
  agents: "Agents",
  agent: {
    absent: (name: string) => `${name}: not installed`,
    outdated: (name: string, update: string) => `${name}: too old; update it with ${update}`,
    state: (name: string, version: string | undefined, login: string) =>
      `${name}${version ? ` ${version}` : ""}: ${login}`,
    login: {
      yes: (detail: string | undefined) => detail ? `logged in (${detail})` : "logged in",
      no: () => "not logged in",
      unknown: () => "login not known yet",
    },
  },
  status: {
    description: "What is going on, what it cost",
    title: "Status",
    working: (running: boolean, waiting: number) =>
      `Working: ${running ? "yes" : "no"}${waiting > 0 ? `, ${waiting} waiting` : ""}`,
    project: (name: string, folder: string) => `Project: ${name} (${folder})`,
    gone: (name: string) => `Project: ${name}, which is not there (see /project)`,
    model: "Model: ",
    of: (provider: string, effort: string) =>
      ` of ${provider}${effort === "" ? "" : `, effort ${effort}`}`,
    permissions: (name: string) => `Permissions: ${name}`,
    noSession: "No session yet; just write.",
    session: "Session ",
    used: (messages: number, tokens: number, usd: number) =>
      `: ${counted(messages, "message")}, ${counted(tokens, "token")}` +
      (usd > 0 ? `, $${usd.toFixed(4)}` : ""),
    last: (ago: string) => `Last used: ${ago}`,
    background: (titles: readonly string[]) =>
      `In the background: ${titles.map((title) => unhideName(title) || "a task").join(", ")}`,
    warm: (count: number, here: boolean) =>
      `Kept warm: ${count}${here ? ", one of them here" : ""}`,
    changeModel: "Change model",
    permissionsButton: "Permissions",
  },
  diagnose: {
    description: "What to look at when something fails",
    title: "Diagnosis",
    fromSource: ", from source",
    home: (path: string) => `Home: ${path}`,
    system: (name: string, own: number, free: number | undefined) =>
      `${name}; memory ${own} MB${free === undefined ? "" : `, ${free} MB free`}`,
    agent: (name: string, version: string | undefined, login: string) =>
      `${name}: ${version ?? "version unknown"}, login: ${login}`,
    modelsUnknown: (name: string) => `${name}'s models: not asked yet`,
    models: (name: string, count: number, ago: string) => `${name}'s models: ${count}, read ${ago}`,
    config: (provider: string, model: string, permissions: string) =>
      `Config: ${provider}, ${model || "default model"}, ${permissions}`,
    process: (name: string, pid: number | undefined, busy: boolean) =>
      `${name} process ${pid}: ${busy ? "working" : "waiting"}`,
    ownPermissions: "Permissions of ductor itself",
    sinceStart: "Since the start",
    running: (conversations: number) => `Running: ${counted(conversations, "conversation")}`,
    suspicious: (messages: number) => `Messages with suspicious patterns: ${messages}`,
    log: "End of the log",
    noLog: "The log is empty.",
    logUnreadable: (cause: string) => `The log cannot be read: ${cause}`,
  },
} as const;
