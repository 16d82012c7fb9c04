/**
 * A provider is a folder and a row in the table of providers, and nothing else. Proven on a copy of
 * the program that gets a third one: it type-checks, keeps the floors, and the third one can be
 * chosen in the config, on the command line, for a job and in the panel of `/model`.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../support/temp_folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const FACTS = `
import type { ProviderFacts } from "../facts.ts";

export const acme = {
  title: "Acme Coder",
  shortTitle: "Acme",
  program: "acme-code",
  programFolders: [],
  package: "@acme/code",
  install: "npm install -g @acme/code",
  update: "npm install -g @acme/code@latest",
  ways: { brew: "brew upgrade acme-code" },
  oldest: "1.0",
  logIn: "acme-code login",
  logInSteps: "Open a terminal and run \`acme-code login\`.",
  docs: "https://acme.example",
  effort: { key: "acme_effort", preset: "some", means: "How hard Acme thinks." },
  ruleFile: "ACME.md",
  configHome: { variable: "ACME_HOME", folder: ".acme", elsewhere: "open" },
  skillFolder: "skills",
  models: { preset: "anvil", always: ["anvil"], likely: /^anvil/ },
  refusesRoot: false,
  isolation: () => ["--alone"],
} as const satisfies ProviderFacts;
`;

const AGENT = `
import type { Agent, AgentSession } from "../agent.ts";
import type { AgentOptions } from "../facts.ts";

export class AcmeAgent implements Agent {
  readonly provider = "acme";
  constructor(_: AgentOptions) {}
  open(): Promise<AgentSession> {
    return Promise.reject(new Error("not in this test"));
  }
  models() {
    return Promise.resolve([]);
  }
  isInstalled() {
    return Promise.resolve(true);
  }
  authState() {
    return Promise.resolve({ installed: true, login: "yes" as const });
  }
}
`;

const ROW = `
  acme: {
    ...acme,
    create: async (options: AgentOptions) =>
      new (await import("./acme/agent.ts")).AcmeAgent(options),
  },
} satisfies Record<string, Row>;`;

/** Runs in the copy; what it finds goes to stdout. */
const PROBE = `
import { createAgents, RULE_FILES } from "./src/agents/provider.ts";
import { ModelCatalogue } from "./src/agents/models.ts";
import { Home } from "./src/config/home.ts";
import { ConfigSchema } from "./src/config/schema.ts";
import { chooseForTask } from "./src/jobs/tasks/choice.ts";
import { isolationArgs } from "./src/jobs/tasks/isolation.ts";
import { HostLauncher } from "./src/process/launcher.ts";
import { mountsOf } from "./src/sandbox/plan.ts";
import { loadConfig } from "./src/config/load.ts";
import { buttonsOf } from "./tests/support/buttons.ts";
import { withBot } from "./tests/support/bot_bench.ts";
import { ScriptedAgent } from "./tests/support/scripted_agent.ts";

const agents = await createAgents({ launcher: new HostLauncher() });
const home = new Home("/h", "/u");
const config = ConfigSchema.parse({ provider: "acme", cli_parameters: { acme: ["-x"] } });
const found: Record<string, unknown> = {
  config: [config.provider, config.acme_effort, config.cli_parameters.acme],
  agent: agents.acme.provider,
  job: await chooseForTask({ provider: "acme", model: "anvil" }, config, new ModelCatalogue({ agents })),
  alone: isolationArgs("acme", home, []),
  rules: RULE_FILES,
  mounted: mountsOf(home).some(({ inside }) => inside.endsWith("/.acme")),
};
const [claude, codex, acme] = ["claude", "codex", "acme"].map((name) => new ScriptedAgent(name as never));
acme!.offered = [{ id: "anvil", name: "Anvil", description: "", efforts: ["some", "lots"], isDefault: true }];
await withBot(async ({ alice, said, until, home }) => {
  const press = async (label: RegExp) => {
    const { message_id, text } = said()[0]!;
    const button = buttonsOf(said()[0]!).find(({ text }) => label.test(text));
    if (!button) throw new Error("no button " + label + " in " + JSON.stringify(said()[0]));
    alice.press(message_id, button.data).catch(() => {});
    await until(() => said()[0]!.text !== text && !said()[0]!.text!.includes("Asking "));
  };
  alice.send("/model");
  await until(() => said().length === 1);
  await press(/^Acme Coder/);
  await press(/^Anvil/);
  await press(/^Lots/);
  const { config } = await loadConfig(home);
  found.chosen = [config.provider, config.model, config.acme_effort];
  alice.send("hello");
  await until(() => acme!.turns.length === 1);
  found.asked = [acme!.turns[0]!.model, acme!.turns[0]!.effort];
}, { bot: { agents: { claude, codex, acme } as never } });
console.log("FOUND " + JSON.stringify(found));
`;

Deno.test("providers: a third one is one folder and one row of the table", async (t) => {
  await using temp = await TempFolder.make();
  for (const name of ["src", "tests/support", "assets", "skills", "scripts"]) {
    await copyFolder(join(ROOT, name), temp.at(name));
  }
  for (const name of ["main.ts", "deno.json", "deno.lock", "Dockerfile.sandbox"]) {
    await Deno.copyFile(join(ROOT, name), temp.at(name));
  }
  await write(temp.at("src/agents/acme/facts.ts"), FACTS);
  await write(temp.at("src/agents/acme/agent.ts"), AGENT);
  await write(temp.at("probe.ts"), PROBE);
  const table = temp.at("src/agents/provider.ts");
  const before = await Deno.readTextFile(table);
  const after = before
    .replace("import { claude }", 'import { acme } from "./acme/facts.ts";\nimport { claude }')
    .replace("\n} satisfies Record<string, Row>;", ROW);
  assert.equal(after.split("\n").length, before.split("\n").length + 6, "the row and its import");
  await Deno.writeTextFile(table, after);

  await t.step("the program still type-checks and keeps its floors", async () => {
    await deno(temp.path, "check", "main.ts");
    await deno(temp.path, "run", "--allow-read=.", "scripts/check_imports.ts");
  });
  await t.step("it can be configured, chosen in the chat, and asked", async () => {
    const said = await deno(temp.path, "run", "-A", "--no-check", "probe.ts");
    assert.deepEqual(JSON.parse(/^FOUND (.*)$/m.exec(said)![1]!), {
      config: ["acme", "some", ["-x"]],
      agent: "acme",
      job: { provider: "acme", model: "anvil" },
      alone: ["--alone"],
      rules: ["CLAUDE.md", "AGENTS.md", "ACME.md"],
      mounted: true,
      chosen: ["acme", "anvil", "lots"],
      asked: ["anvil", "lots"],
    });
  });
  await t.step("the command line offers it", async () => {
    for (const command of [["onboarding"], ["demo"], ["cron", "add"], ["webhook", "add"]]) {
      const help = await deno(
        temp.path,
        "run",
        "-A",
        "--no-check",
        "main.ts",
        ...command,
        "--help",
      );
      assert.match(help, /\bacme\b/, command.join(" "));
    }
  });
});

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** What it prints. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", DUCTOR_HOME: join(cwd, "home") },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `deno ${args.join(" ")}\n${out}\n${err}`);
  return out!;
}
