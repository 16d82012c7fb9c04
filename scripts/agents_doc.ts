/**
 * Asks the agents of the Agent Client Protocol that are installed here what they can do, and writes it
 * into docs/agents.md: `deno run -A scripts/agents_doc.ts`. Nobody is logged in with them, and what one
 * says only to somebody who is, is told as "not known".
 */
import { AcpConnection } from "../src/agents/acp/connection.ts";
import { acpFacts, KNOWN } from "../src/agents/acp/facts.ts";
import { AcpOptions } from "../src/agents/acp/options.ts";
import { systemClock } from "../src/base/clock.ts";
import { HostLauncher } from "../src/process/launcher.ts";
import { ModelServer } from "../tests/support/model_server.ts";
import { TempFolder } from "../tests/support/temp_folder.ts";

const FILE = new URL("../docs/agents.md", import.meta.url);
const BEGIN = "<!-- what they announce: made by scripts/agents_doc.ts -->\n";
const END = "\n<!-- end -->";
const UNKNOWN = "not known";

/** One row of the table; `undefined`: it is not installed. */
async function rowOf(name: string): Promise<string[] | undefined> {
  const launcher = new HostLauncher();
  const { facts, args, env: known } = acpFacts(name);
  if (await launcher.which(facts.program) === undefined) return undefined;
  await using folder = await TempFolder.make();
  // Some announce more to somebody with a key.
  await using model = await ModelServer.start();
  const env = {
    ...await model.opencodeEnv(folder.path),
    ...await model.geminiEnv(folder.path),
    ...known,
  };
  const cwd = folder.at("work");
  await Deno.mkdir(cwd);
  const connection = await AcpConnection.start(
    launcher,
    { command: facts.program, args, cwd, env },
    { cli: facts, version: "0", clock: systemClock },
  );
  try {
    const opened = await connection.rpc.request("session/new", { cwd, mcpServers: [] })
      .catch(() => undefined);
    const options = new AcpOptions(opened);
    const said = (values: readonly string[]) =>
      opened === undefined ? UNKNOWN : values.join(", ") || "none";
    const models = options.models();
    return [
      `${facts.title} ${connection.version ?? ""}`.trim(),
      connection.takesImages ? "yes" : "no",
      connection.offers("resume") || connection.capabilities.loadSession === true ? "yes" : "no",
      connection.offers("list") ? "yes" : "no",
      opened === undefined ? UNKNOWN : models.length > 0 ? "yes" : "no",
      said(models[0]?.efforts ?? []),
      said(options.modes),
    ];
  } finally {
    await connection.child.kill();
  }
}

const HEAD = [
  ...["agent", "pictures", "goes on after a restart", "lists its sessions", "models", "efforts"],
  "modes of its own",
];

const rows: string[][] = [];
const missing: string[] = [];
for (const [name, { title }] of Object.entries(KNOWN)) {
  const row = await rowOf(name);
  if (row) rows.push(row);
  else missing.push(title);
}
const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const day = new Date().toLocaleDateString("en-GB", { dateStyle: "long" });
const table = [
  `As they announce it themselves, asked on ${day} without a login` +
  (missing.length > 0 ? ` (not asked: ${missing.join(", ")})` : "") + ":",
  "",
  ...[line(HEAD), line(HEAD.map(() => "---")), ...rows.map(line)],
].join("\n");
const text = await Deno.readTextFile(FILE);
const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
if (from < BEGIN.length || to < from) {
  throw new Error(`There is no place for it in ${FILE.pathname}`);
}
await Deno.writeTextFile(FILE, `${text.slice(0, from)}\n${table}\n${text.slice(to)}`);
await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", FILE.pathname] }).output();
