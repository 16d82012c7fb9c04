/** The questions, in their order. One whose answer a flag gave is not asked. */
import { PROVIDERS } from "../../agents/provider.ts";
import { shorten } from "../../base/text.ts";
import * as clack from "../prompts.ts";
import { PERMISSION_MODES } from "../../agents/agent.ts";
import { isBotToken } from "../../config/schema.ts";
import { isTimeZone } from "../../config/timezone.ts";
import { MODE_MEANINGS, modeWarning } from "./answers.ts";
import type { Ask, Asked, Question } from "./ask.ts";
import { awaitCode, checkToken, codeLink, makeCode } from "./telegram.ts";

export const QUESTIONS: readonly Question[] = [
  token,
  user,
  timezone,
  provider,
  model,
  permissions,
  sandbox,
  service,
  confirmAll,
];

async function token(context: Ask): Promise<Asked> {
  const { answers, flags } = context;
  const known = isBotToken(answers.token);
  // A flag's token is checked without asking, once; what it could not do, a person has to.
  let token = flags.token === answers.token && context.bot === undefined ? answers.token : "";
  while (true) {
    if (!isBotToken(token)) {
      const given = await askToken(known);
      if (clack.isCancel(given)) return given;
      token = given?.trim() || answers.token;
    }
    const waiting = clack.spinner();
    waiting.start("Asking Telegram");
    const bot = await checkToken(token, answers.apiRoot);
    if (typeof bot !== "string") {
      waiting.stop(`It is the token of @${bot.username}`);
      answers.token = token;
      context.bot = bot;
      return;
    }
    waiting.error(bot);
    token = "";
  }
}

function askToken(known: boolean) {
  if (!known) {
    clack.log.message(
      "Create your own bot: open @BotFather in Telegram, send /newbot, and copy the token.",
    );
  }
  return clack.password({
    message: known ? "Bot token (empty: keep the one you have)" : "Bot token",
    validate: (value) =>
      (!value && known) || isBotToken(value?.trim() ?? "")
        ? undefined
        : "A token is digits, a colon and 35 letters and digits, such as 123456789:AAH…",
  });
}

async function user(context: Ask): Promise<Asked> {
  const { answers, flags, bot } = context;
  if (flags.user !== undefined) return "skipped";
  const known = answers.users.join(", ");
  const way = await clack.select({
    message: "Who may talk to the bot?",
    options: [
      ...known === "" ? [] : [{ value: "keep", label: `As it is: ${known}` }],
      { value: "code", label: "Find out my id", hint: "you send the bot a code" },
      { value: "hand", label: "Type an id", hint: "@userinfobot tells it" },
    ],
  });
  if (clack.isCancel(way)) return way;
  if (way === "keep") return;
  if (way === "code" && bot !== undefined) {
    const found = await byCode(context, bot.username);
    if (found !== undefined) {
      answers.users = [found];
      return;
    }
  }
  const given = await clack.text({
    message: "Your Telegram id (several: with commas)",
    initialValue: known,
    validate: (value) => idsOf(value ?? "") ? undefined : "An id is a whole number above 0",
  });
  if (clack.isCancel(given)) return given;
  answers.users = idsOf(given)!;
}

/** `undefined`: it did not come, and the id is to be typed. */
async function byCode({ answers }: Ask, username: string): Promise<number | undefined> {
  const code = makeCode();
  clack.note(
    `Send @${username} this code:   ${code}\nor open ${codeLink(username, code)}`,
    "Who are you?",
  );
  const giveUp = new AbortController();
  const waiting = clack.spinner({
    onCancel: () => giveUp.abort(),
    cancelMessage: "No longer waiting for the code",
  });
  waiting.start("Waiting for the code (Ctrl-C: type the id instead)");
  const limit = AbortSignal.any([giveUp.signal, AbortSignal.timeout(5 * 60_000)]);
  try {
    const sender = await awaitCode({ ...answers, code, signal: limit });
    if (sender === undefined) {
      if (!giveUp.signal.aborted) waiting.error("Nobody sent the code within five minutes");
      return undefined;
    }
    if (sender.left !== undefined) answers.codeUpdate = sender.left;
    waiting.stop(`You are ${sender.name}, ${sender.id}`);
    return sender.id;
  } catch (error) {
    waiting.error(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Ids as they are typed; `undefined` when one is none. */
function idsOf(text: string): number[] | undefined {
  const ids = text.split(/[\s,]+/).filter(Boolean).map(Number);
  return ids.length > 0 && ids.every((id) => Number.isSafeInteger(id) && id > 0) ? ids : undefined;
}

async function timezone({ answers, flags }: Ask): Promise<Asked> {
  if (flags.timezone !== undefined) return "skipped";
  const given = await clack.text({
    message: "Your time zone, for schedules and quiet hours",
    initialValue: answers.timezone,
    validate: (value) =>
      isTimeZone(value?.trim() ?? "") ? undefined : "A name such as Europe/Berlin or UTC",
  });
  if (clack.isCancel(given)) return given;
  answers.timezone = given.trim();
}

async function provider({ answers, flags, clis }: Ask): Promise<Asked> {
  if (flags.provider !== undefined) return "skipped";
  const given = await clack.select({
    message: "Who answers?",
    initialValue: answers.provider,
    options: clis.map(({ provider, installed, login }) => ({
      value: provider,
      label: PROVIDERS[provider].title,
      hint: !installed ? "not installed yet" : login === "no" ? "not logged in yet" : "ready",
    })),
  });
  if (clack.isCancel(given)) return given;
  if (given !== answers.provider) answers.model = PROVIDERS[given].models.preset;
  answers.provider = given;
}

async function model({ answers, flags, clis, agents }: Ask): Promise<Asked> {
  if (flags.model !== undefined) return "skipped";
  const installed = clis.find(({ provider }) => provider === answers.provider)?.installed;
  const waiting = clack.spinner();
  waiting.start("Asking which models there are");
  const listed = installed
    ? await agents[answers.provider].models(AbortSignal.timeout(20_000)).catch(() => [])
    : [];
  waiting.stop(listed.length > 0 ? "Models" : "The CLI could not be asked for its models");
  const fallback = PROVIDERS[answers.provider].models.always.toReversed();
  const options = [
    { value: "", label: "The CLI's own default", hint: "" },
    ...listed.filter(({ id }) => id !== "default").map(({ id, name, description }) => ({
      value: id,
      label: name,
      hint: shorten(description, 60),
    })),
  ];
  for (const id of [...listed.length > 0 ? [] : fallback, answers.model]) {
    if (!options.some(({ value }) => value === id)) {
      options.push({ value: id, label: id, hint: "" });
    }
  }
  const given = await clack.select({
    message: "Which model? (/model in the chat changes it any time)",
    initialValue: answers.model,
    maxItems: 12,
    options,
  });
  if (clack.isCancel(given)) return given;
  answers.model = given;
}

async function permissions({ answers, flags }: Ask): Promise<Asked> {
  if (flags.permissionMode !== undefined) return "skipped";
  const given = await clack.select({
    message: "What may the agent do?",
    initialValue: answers.permissionMode,
    options: PERMISSION_MODES.map((mode) => ({
      value: mode,
      label: mode,
      hint: MODE_MEANINGS[mode],
    })),
  });
  if (clack.isCancel(given)) return given;
  answers.permissionMode = given;
  const warning = modeWarning(answers, { uid: Deno.uid(), env: Deno.env });
  if (warning !== undefined) clack.log.warn(warning);
}

async function sandbox({ answers, flags, engine }: Ask): Promise<Asked> {
  if (flags.docker !== undefined) return "skipped";
  if (engine === undefined) {
    answers.docker = false;
    clack.log.info(
      "Neither Docker nor Podman here, so no sandbox. (Install one and come back to turn it on.)",
    );
    return "skipped";
  }
  answers.engine = engine;
  const name = engine === "docker" ? "Docker" : "Podman";
  const given = await clack.confirm({
    message: `Run the agents in a sandbox (${name})? They then see only the home folder.`,
    initialValue: answers.docker,
  });
  if (clack.isCancel(given)) return given;
  answers.docker = given;
}

async function service({ answers, flags, service }: Ask): Promise<Asked> {
  if (flags.service !== undefined) return "skipped";
  if (service === undefined) {
    answers.service = false;
    return "skipped";
  }
  const given = await clack.confirm({
    message: `Start the bot automatically at every ${service.when} (${service.name} service)?`,
    initialValue: answers.service,
  });
  if (clack.isCancel(given)) return given;
  answers.service = given;
}

async function confirmAll({ answers, bot }: Ask): Promise<Asked> {
  clack.note(
    [
      ["Bot", `@${bot?.username ?? "?"}`],
      ["Users", answers.users.join(", ")],
      ["Time zone", answers.timezone],
      ["Agent", `${answers.provider}, ${answers.model || "its default model"}`],
      ["Permissions", answers.permissionMode],
      ["Sandbox", answers.docker ? answers.engine ?? "docker" : "none"],
      ["Service", answers.service ? "yes" : "no"],
    ].map(([name, value]) => `${name!.padEnd(12)}${value}`).join("\n"),
    "Your answers",
  );
  const given = await clack.confirm({ message: "Save this?" });
  if (clack.isCancel(given)) return given;
  // "No" is treated like Esc: stay, go back, or leave.
  if (!given) return clack.CANCEL_SYMBOL;
}
