/** The set-up by questions, on a terminal. */
import * as clack from "../prompts.ts";
import { HostLauncher } from "../../process/launcher.ts";
import { allTitles, createAgents } from "../../agents/provider.ts";
import type { Home } from "../../config/home.ts";
import { serviceManager } from "../../service/manager.ts";

import { finish, putAside, readConfig, resetHome, type SetUp } from "./steps.ts";
import { type Answers, modeWarning, propose, type SetupFlags, writeAnswers } from "./answers.ts";
import { describeClis, engineOn, findClis } from "./clis.ts";
import { type Ask, ask, BACK, LEAVE } from "./ask.ts";
import { QUESTIONS } from "./questions.ts";

const LEFT: SetUp = { code: 0, startNow: false };

/** Nothing is written before the last question is answered with yes. */
export async function wizard(home: Home, flags: SetupFlags): Promise<SetUp> {
  clack.intro(`ductor · ${allTitles()} on your phone`);
  const found = await readConfig(home);
  let broken = found.problem !== undefined;
  if (found.problem !== undefined) {
    clack.log.error(found.problem);
    const anew = await clack.confirm({
      message: "Keep that file under another name and make a new one?",
      initialValue: false,
    });
    if (anew !== true) return leave();
  }
  let config = found.config;
  if (found.configured || flags.reset) {
    const next = flags.reset ? "reset" : await whatNext(home);
    if (next === "repair") return await repair(home);
    if (next !== "change" && next !== "reset") return leave();
    if (next === "reset") {
      const sure = await clack.confirm({
        message: `Begin anew? All of ${home.root} is put aside first; nothing is deleted.`,
        initialValue: false,
      });
      if (sure !== true) return leave();
      clack.log.success(await resetHome(home));
      config = undefined;
      broken = false;
    }
  }
  const answers = await questions(home, flags, config);
  if (answers === undefined) return leave();
  if (broken) clack.log.info(`The old config is kept as ${await putAside(home)}.`);
  await writeAnswers(home, answers);
  clack.log.success(
    `Home       ${home.root}\nConfig     ${home.configFile}\nWorkspace  ${home.workspaceDir}\n` +
      `Logs       ${home.logsDir}`,
  );
  if (answers.service) {
    clack.outro("Saved. Installing the service…");
    return await finish(home, answers, false);
  }
  const now = await clack.confirm({ message: "Start the bot now, in this terminal?" });
  clack.outro(now === true ? "Saved. Starting…" : "Saved. Start it with: ductor start");
  return { code: 0, startNow: now === true };
}

async function whatNext(home: Home) {
  return await clack.select({
    message: `ductor is set up in ${home.root}. What would you like to do?`,
    options: [
      { value: "change", label: "Change", hint: "ask everything again, with today's answers" },
      {
        value: "repair",
        label: "Repair",
        hint: "restore what is missing, and check for problems",
      },
      { value: "reset", label: "Reset", hint: "begin anew; all there is is put aside" },
      { value: "leave", label: "Leave it as it is" },
    ],
  });
}

async function repair(home: Home): Promise<SetUp> {
  const { loadConfig } = await import("../../config/load.ts");
  const { seedHome } = await import("../../workspace/seed.ts");
  const { adopted } = await loadConfig(home);
  await seedHome(home);
  for (const kept of adopted) clack.log.info(kept.replaceAll("`", ""));
  clack.outro("Missing keys, folders and files have been restored. Other findings:");
  const { doctor } = await import("../doctor/doctor.ts");
  return { code: await doctor({ json: false }), startNow: false };
}

/** `undefined`: the user left. */
async function questions(
  home: Home,
  flags: SetupFlags,
  config: Parameters<typeof propose>[1],
): Promise<Answers | undefined> {
  const agents = await createAgents({ launcher: new HostLauncher() });
  const launcher = new HostLauncher();
  const waiting = clack.spinner();
  waiting.start(`Looking for ${allTitles()}`);
  const [clis, engine, service] = await Promise.all([
    findClis(agents),
    engineOn(launcher),
    serviceManager(home).available(),
  ]);
  waiting.stop(`Looked for ${allTitles()}`);
  clack.note(describeClis(clis), "Agents on this machine");
  if (!clis.some(({ installed }) => installed)) {
    clack.log.warn("None is installed yet. Install one in another terminal; setup continues.");
  }
  const answers = propose(flags, config, clis);
  if (flags.service === undefined) answers.service = service;
  const context: Ask = {
    answers,
    flags,
    clis,
    agents,
    engine,
    service: service ? serviceManager(home) : undefined,
    bot: undefined,
  };
  // A question that is skipped is skipped on the way back too.
  let step = 1;
  for (let at = 0; at < QUESTIONS.length; at += step) {
    if (at < 0) at = 0;
    const result = await ask(QUESTIONS[at]!, context);
    if (result === LEAVE) return undefined;
    if (result !== "skipped") step = result === BACK ? -1 : 1;
    else if (at === 0) step = 1;
  }
  const warning = modeWarning(answers, { uid: Deno.uid(), env: Deno.env });
  if (warning !== undefined) clack.log.warn(warning);
  return answers;
}

function leave(): SetUp {
  clack.cancel("Nothing was changed.");
  return LEFT;
}
