/**
 * What can be said about an agent CLI without starting it. Each provider's folder has one such
 * object, and the table (provider.ts) is made of them. Data and small pure functions only: the
 * config's schema and the command line read it at every start of the program.
 */
import type { Clock } from "../base/clock.ts";
import type { Launcher } from "../process/launcher.ts";

/** One provider's facts; what people read and type is data here and stands nowhere else. */
export interface ProviderFacts {
  /** The product: "Claude Code". */
  readonly title: string;
  /** Who it is within a sentence: "Claude". */
  readonly shortTitle: string;
  /** The program as it is found on the search path. */
  readonly program: string;
  /** Folders below the user's home in which an installer of its own puts the program. */
  readonly programFolders: readonly string[];
  /** Its package on npm; the sandbox's image installs it from there. */
  readonly package: string;
  /** What to type to install it where Node.js is. */
  readonly install: string;
  /** The same for an installer of its own, which needs nothing else. */
  readonly installer?: { readonly posix: string; readonly windows: string };
  /** What to type to bring it up to date, where npm installed it. */
  readonly update: string;
  /** The same where something else did. */
  readonly ways: {
    readonly brew: string;
    /** Of an installer of its own. */
    readonly own?: string;
  };
  /** The oldest version that works with ductor; the contract tests run with it. */
  readonly oldest: string;
  /** What to type to log in. */
  readonly logIn: string;
  /** The same on a machine without a desktop, where no browser opens. */
  readonly logInWithoutDesktop?: string;
  /** The same for somebody who reads it on a phone. */
  readonly logInSteps: string;
  /** Arguments with which a person goes on with a session in a terminal; absent: there is no way. */
  readonly resume?: (id: string) => readonly string[];
  /** Whether it goes on with a copy of a session, see `SessionSpec.fork`. */
  readonly forks?: true;
  /**
   * Arguments of the login that needs no browser on the machine: it prints a link, and a code to be
   * entered there or, where it `pastes`, reads one from its input. Absent: there is none.
   */
  readonly logInFromAfar?: { readonly args: readonly string[]; readonly pastes?: true };
  /** Its documentation on the web. */
  readonly docs: string;
  /** The key of the config that says how hard it thinks. */
  readonly effort: {
    readonly key: string;
    readonly preset: string;
    /** What the key means, for docs/config.md. */
    readonly means: string;
  };
  /** Name of the file that it reads rules from, in every folder it works in. */
  readonly ruleFile: string;
  /** The folder with its settings and login. */
  readonly configHome: {
    /** The environment variable that moves it. */
    readonly variable: string;
    /** Its name in the user's home. */
    readonly folder: string;
    /** Whether folders of that name in other places (projects) hold keys as well. */
    readonly elsewhere: "private" | "open";
  };
  /** Where it finds skills, below its {@link configHome}. */
  readonly skillFolder: string;
  readonly models: {
    /** The model a new config names; empty: the CLI's own default. */
    readonly preset: string;
    /** Names it takes without having to be asked for its list; the strongest last. */
    readonly always: readonly string[];
    /** Names, in lower case, that can be of no other provider. */
    readonly surely?: RegExp;
    /** Names, in lower case, that look like its models. */
    readonly likely: RegExp;
    /** File in the config folder that keeps its list, which is then read anew every hour. */
    readonly file?: string;
  };
  /** A session in which nothing was said yet stands in its own list, so none is opened ahead. */
  readonly listsUnused?: boolean;
  /** It refuses `bypassPermissions` to root where `IS_SANDBOX` is not set. */
  readonly refusesRoot: boolean;
  /**
   * Arguments that keep the rule files of the folders above a job's own folder away from it.
   *
   * @param ruleFiles their paths and glob patterns
   * @param own the job's own arguments, which win
   */
  isolation(ruleFiles: readonly string[], own: readonly string[]): string[];
  /** How it lets other programs know what happens in it; absent: it does not. */
  readonly hooks?: HookFacts;
  /** How the login gets into the sandbox; absent: it has none in a file. */
  readonly login?: LoginFacts;
}

/** Commands it starts at certain points, in the terminal too. */
export interface HookFacts {
  /** The file that names them, in the CLI's {@link ProviderFacts.configHome}. */
  readonly file: string;
  readonly events: readonly string[];
  /** Of those, the one whose answer it takes while its own question stands in the terminal. */
  readonly asks?: string;
  /** What a shell asks to know whether somebody sits before it. */
  readonly attended?: string;
  /** What the user has to do when hooks were put in. */
  readonly then?: string;
}

/** A login that lies in a file. */
export interface LoginFacts {
  /** Name of the file, in the CLI's {@link ProviderFacts.configHome}. */
  readonly file: string;
  /** What of the file gets in; undefined: it holds no login. */
  key(file: Record<string, unknown>): LoginKey | undefined;
  readonly renewal: Renewal;
}

/**
 * What of a login file a CLI needs to work: its short-lived access token, or the one key it uses.
 * Not the token that renews it, which could take the login over for good, nor the logins of MCP
 * servers and plugins that lie in the same file.
 */
export interface LoginKey {
  /** Content of the file inside. */
  file: Record<string, unknown>;
  /** When the token ends, in milliseconds since the epoch; only of what the host can renew. */
  endsAt?: number;
}

/** A command of the CLI that renews a login which is about to end, and nothing else. */
export interface Renewal {
  readonly args: readonly string[];
  /** What it is told, line by line. */
  readonly says: readonly string[];
  /** Whether a line it prints says that it is done; without: it ends by itself. */
  done?(line: string): boolean;
}

/** How an agent is made. */
export interface AgentOptions {
  launcher: Launcher;
  /** The program and its first arguments; absent: the program by its own name. */
  command?: string | readonly string[];
  /** Added to the environment of every process, below the spec's own. */
  env?: Readonly<Record<string, string>>;
  clock?: Clock;
  /** Folder for what it notes down; absent: it notes nothing. */
  stateDir?: string;
}
