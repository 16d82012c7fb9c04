/** What `ductor hooks` does. */
import { PROVIDERS } from "../../agents/provider.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { Installer, type State, type Target } from "../../terminal/install.ts";
import { canListen } from "../../terminal/listen.ts";
import { type Answer, answer, CommandError } from "../reply.ts";
import { selfCommand } from "../self.ts";

interface Options {
  json?: boolean;
}

/** What is said of one CLI. */
interface Line {
  provider: string;
  path: string;
  state: State["is"];
  text: string;
}

export function install(options: Options): Promise<number> {
  return each(options, "install", async (installer, target, state) => {
    if (state.is === "absent" || state.is === "broken") return undefined;
    const changed = await installer.install(target);
    const after = target.facts.then;
    const off = state.is === "off" ? " But “disableAllHooks” there switches hooks off." : "";
    return changed
      ? `installed in ${target.path}.${after ? ` ${after}` : ""}`
      : `is installed already in ${target.path}.${off}`;
  });
}

export function uninstall(options: Options): Promise<number> {
  return each(options, "uninstall", async (installer, target, state) => {
    if (state.is === "absent" || state.is === "broken") return undefined;
    const changed = await installer.uninstall(target);
    return changed ? `taken out of ${target.path}.` : `not installed in ${target.path}.`;
  });
}

export function status(options: Options): Promise<number> {
  return each(options, "show the hooks", () => Promise.resolve(undefined));
}

function each(
  options: Options,
  what: string,
  act: (installer: Installer, target: Target, state: State) => Promise<string | undefined>,
): Promise<number> {
  return answer(options, async (): Promise<Answer> => {
    const home = resolveHome(Deno.env);
    if (Deno.build.os === "windows") {
      throw new CommandError("Hooks for terminals are not available on Windows yet");
    }
    if (!canListen(home.terminalSocket)) {
      throw new CommandError(
        `Cannot ${what}: the path ${home.terminalSocket} is too long for a socket. ` +
          "Use a home folder with a shorter path (DUCTOR_HOME)",
      );
    }
    await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
    const installer = new Installer({
      home,
      program: selfCommand(),
      env: (name) => Deno.env.get(name),
    });
    const lines: Line[] = [];
    let code = 0;
    for (const target of installer.targets) {
      const { provider, path } = target;
      const state = await installer.state(target);
      const failed = (error: unknown) => {
        code = 1;
        return `${path} stays as it is: ${error instanceof Error ? error.message : error}.`;
      };
      const said = await act(installer, target, state).catch(failed) ?? inWords(target, state);
      if (state.is === "broken") code = 1;
      lines.push({
        provider,
        path,
        state: (await installer.state(target)).is,
        text: `${PROVIDERS[provider].title}: ${said}`,
      });
    }
    const listening = await listens(home);
    const text = [
      ...lines.map((line) => line.text),
      listening ? "The bot listens." : "The bot is not running; until then nothing is different.",
    ];
    return { json: { hooks: lines, bot_listens: listening }, text: text.join("\n"), code };
  });
}

function inWords({ path, facts }: Target, state: State): string {
  switch (state.is) {
    case "absent":
      return "was never used here (its settings folder is missing).";
    case "out":
      return "not installed.";
    case "in":
      return `installed in ${path}.${facts.then ? ` If it never asked: ${facts.then}` : ""}`;
    case "off":
      return `installed in ${path}, but “disableAllHooks” there switches hooks off.`;
    case "other":
      return `installed in ${path} by another ductor or for another home; ` +
        "`ductor hooks install` puts this one in.";
    case "broken":
      return `${path} stays as it is: ${state.why}. Mend it and try again.`;
  }
}

async function listens({ terminalSocket }: Home): Promise<boolean> {
  try {
    using _connection = await Deno.connect({ transport: "unix", path: terminalSocket });
    return true;
  } catch {
    return false;
  }
}
