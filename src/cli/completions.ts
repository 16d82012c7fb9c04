/** `ductor completions`: words for a shell to offer, taken from the command tree itself. */
import { print } from "./output.ts";

/** What is needed of commander's commands. */
export interface CommandLike {
  name(): string;
  description(): string;
  readonly commands: readonly CommandLike[];
  readonly options: readonly OptionLike[];
  createHelp(): { visibleCommands(command: never): readonly CommandLike[] };
}
interface OptionLike {
  readonly long?: string | undefined;
  readonly hidden: boolean;
  readonly argChoices?: readonly string[] | undefined;
}

export type Shell = "bash" | "zsh" | "fish";

/** What may follow a command: its sub-commands and its options. */
interface Place {
  /** The words before, without the program's own name. */
  after: string[];
  words: { word: string; description: string }[];
}

export function completions(shell: Shell, program: unknown): void {
  print(completionScript(shell, program as CommandLike));
}

export function completionScript(shell: Shell, program: CommandLike): string {
  const places = placesOf(program, []);
  switch (shell) {
    case "bash":
      return bash(places);
    case "zsh":
      // zsh reads bash's own.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(places)}`;
    case "fish":
      return fish(places);
  }
}

function placesOf(command: CommandLike, after: string[]): Place[] {
  const visible = command.createHelp().visibleCommands(command as never);
  const own: Place = {
    after,
    words: [
      ...visible.map((child) => ({ word: child.name(), description: child.description() })),
      ...command.options.filter(({ hidden, long }) => !hidden && long !== undefined)
        .map(({ long }) => ({ word: long!, description: "" })),
      { word: "--help", description: "print help" },
    ],
  };
  const below = visible.filter((child) => child.name() !== "help")
    .flatMap((child) => placesOf(child, [...after, child.name()]));
  return [own, ...below];
}

/** Words of a description that a shell cannot misread. */
function plain(text: string): string {
  return text.replace(/['"\\`$;]/g, "");
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ after, words }) =>
    `    '${after.join(" ")}') words='${words.map(({ word }) => word).join(" ")}' ;;`
  );
  return `_ductor() {
  local place='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) place="\${place:+$place }$word" ;; esac
  done
  case "$place" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _ductor ductor`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ after, words }) => {
    const children = places.filter((other) =>
      other.after.length === after.length + 1 && after.every((word, i) => other.after[i] === word)
    ).map((other) => other.after.at(-1)!);
    const conditions = [
      ...after.length === 0
        ? ["__fish_use_subcommand"]
        : after.map((word) => `__fish_seen_subcommand_from ${word}`),
      ...after.length > 0 && children.length > 0
        ? [`not __fish_seen_subcommand_from ${children.join(" ")}`]
        : [],
    ].join("; and ");
    return words.map(({ word, description }) =>
      word.startsWith("--")
        ? `complete -c ductor -n '${conditions}' -l ${word.slice(2)}`
        : `complete -c ductor -f -n '${conditions}' -a ${word} -d '${plain(description)}'`
    );
  });
  return lines.join("\n");
}
