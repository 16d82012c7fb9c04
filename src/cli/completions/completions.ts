/**
 * `ductor completions`: what a shell runs at its start, and `ductor complete`, which that asks at
 * each press of Tab. The answer comes from the command tree itself, so it knows every command and
 * option, and what is in the home: jobs, webhooks, settings.
 *
 * @module
 */
import { type Complete, type RootCommand, script } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import { resolveHome } from "../../config/home.ts";
import { oneLine } from "../../base/text.ts";
import { type Offer, offersFor } from "./offers.ts";
import { print } from "../output.ts";

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = typeof SHELLS[number];

/** Under this name the library adds a command of its own, which nobody is to see. */
const UNUSED = "completion-script";

/** What the last line says to the shell: whether it may offer files where nothing else fits. */
const FILES = ":0";
const NO_FILES = ":4";

/** Prints what the start file of a shell evaluates. */
export function completions(shell: Shell): void {
  print(completionScript(shell));
}

export function completionScript(shell: Shell): string {
  if (shell === "bash") return BASH;
  const text = printed(() => script(shell, "ductor", "ductor"));
  // Before anything of it runs, and after its first line, which counts when it is in a file.
  return shell === "zsh" ? text.replace("\n", `\n${ZSH_READY}\n`) : text;
}

/**
 * What may stand in the place of the last word, one a line with a tab and its description, then a
 * line for the shell.
 *
 * @param program Gets further commands: make one for this call alone.
 * @param args The words after `ductor complete`: `--`, then the line as it was typed.
 */
export async function complete(
  program: unknown,
  args: readonly string[],
  env: { get(name: string): string | undefined } = Deno.env,
): Promise<string> {
  const words = args[0] === "--" ? args.slice(1) : [...args];
  const root = tab(program as Parameters<typeof tab>[0], { completionCommandName: UNUSED });
  root.commands.delete(UNUSED);
  let files = false;
  const offers = await offersFor(words, resolveHome(env));
  addOffers(root, (command, name) => {
    const found = offers(command, name);
    if (found !== "files") return found;
    files = true;
    return [];
  });
  const lines = printed(() => root.parse([...words])).split("\n").filter((line) =>
    line !== "" && !line.startsWith(":")
  );
  return [...lines, files ? FILES : NO_FILES].join("\n");
}

/** Lets arguments and options be asked for values, besides the choices that the tree has. */
function addOffers(
  root: RootCommand,
  offers: (command: string, name: string) => readonly Offer[],
): void {
  for (const [path, command] of root.commands) {
    const tell = (name: string, complete: Complete) => {
      for (const { value, about = "" } of offers(path, name)) complete(value, oneLine(about));
    };
    for (const argument of command.arguments.values()) {
      const own = argument.handler;
      argument.handler = function (complete, options) {
        tell(argument.name, complete);
        own?.call(this, complete, options);
      };
    }
    for (const option of command.options.values()) {
      const own = option.handler;
      if (own === undefined) continue;
      option.handler = function (complete, options) {
        tell(option.value, complete);
        own.call(this, complete, options);
      };
    }
  }
}

/** The library prints what it has to say; it is needed as a text. */
function printed(fn: () => void): string {
  const output = console;
  const before = output.log;
  let text = "";
  output.log = (line: string) => text += `${line}\n`;
  try {
    fn();
  } finally {
    output.log = before;
  }
  return text;
}

/**
 * Our own: the library's needs the package bash-completion, does not run in the bash of macOS, and
 * would evaluate what was typed, with every `$(…)` in it.
 */
const BASH = `# bash completion for ductor
_ductor() {
  local word line cur="\${COMP_WORDS[COMP_CWORD]}"
  local words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    [ "$word" = "=" ] || words+=("$word")
  done
  if [ "$cur" = "=" ]; then
    cur=""
    words+=("")
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      ${NO_FILES}) compopt +o default 2>/dev/null ;;
      :*) ;;
      "$cur"*) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done <<< "$(ductor complete -- "\${words[@]}" 2>/dev/null)"
}
complete -o default -F _ductor ductor`;

/** zsh has no completions at all before this was called. */
const ZSH_READY = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }";
