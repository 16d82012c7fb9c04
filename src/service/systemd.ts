/** A systemd user unit, `~/.config/systemd/user/ductor.service`; of another home `ductor-….service`. */
import { allTitles } from "../agents/provider.ts";
import { dirname } from "node:path";
import { EXIT_RESTART, EXIT_UNUSABLE } from "../base/exit_codes.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import type { Home } from "../config/home.ts";
import { ownName, squatter, USUAL } from "./own_name.ts";
import {
  type ManagerOptions,
  ServiceError,
  type ServiceManager,
  type ServiceSpec,
} from "./service.ts";

/** A little more than the bot gives its turns and its last messages. */
const STOP_SECONDS = 40;

export class Systemd implements ServiceManager {
  readonly name = "systemd";
  readonly when = "boot";
  readonly #options: ManagerOptions;
  readonly #home: Home;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#home = options.home;
  }

  /** Also whether this session may speak to it: after `su` it may not. */
  async available(): Promise<boolean> {
    return (await this.#systemctl("show-environment")).code === 0;
  }

  async installed(): Promise<boolean> {
    return await this.#name() !== undefined;
  }

  async command(): Promise<string[] | undefined> {
    const line = /^ExecStart=(.*)$/m.exec(await this.#unit() ?? "")?.[1];
    return line === undefined ? undefined : unquoteAll(line);
  }

  async path(): Promise<string | undefined> {
    return variable(await this.#unit() ?? "", "PATH");
  }

  async outdated(): Promise<boolean> {
    const [text, line, path] = await Promise.all([this.#unit(), this.command(), this.path()]);
    if (text === undefined || line === undefined || path === undefined) return false;
    const command = line.slice(0, line.lastIndexOf("start"));
    return await this.#name() !== this.#home.serviceName ||
      text !== unit({ command, path }, this.#home.root);
  }

  async running(): Promise<boolean> {
    const name = await this.#name() ?? this.#home.serviceName;
    return (await this.#systemctl("is-active", name)).stdout.trim() === "active";
  }

  async install(spec: ServiceSpec): Promise<string[]> {
    const name = this.#home.serviceName;
    const file = this.#home.systemdUnitFile;
    const before = await this.#name();
    await this.#makeRoom();
    await Deno.mkdir(dirname(file), { recursive: true });
    await writeFileAtomic(file, unit(spec, this.#home.root), { mode: 0o644 });
    try {
      await this.#must("daemon-reload");
      await this.#must("enable", name);
    } catch (error) {
      // Nothing half-done stays that would count as installed.
      if (before !== name) await Deno.remove(file).catch(() => {});
      throw error;
    }
    const hints = await this.#linger();
    if (before !== undefined && before !== name) await this.#remove(before);
    // Also when it runs already: then the old one runs.
    await this.#must("restart", name);
    return hints;
  }

  async start(): Promise<void> {
    await this.#must("start", await this.#name() ?? this.#home.serviceName);
  }

  async stop(): Promise<void> {
    const name = await this.#name();
    if (name !== undefined && await this.running()) await this.#must("stop", name);
  }

  async uninstall(): Promise<void> {
    const name = await this.#name();
    if (name !== undefined) await this.#remove(name);
  }

  async #remove(name: string): Promise<void> {
    await this.#systemctl("disable", "--now", name);
    await Deno.remove(this.#home.systemdUnit(name)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await this.#systemctl("daemon-reload");
    // Forgets a unit that had failed, which would be listed on.
    await this.#systemctl("reset-failed", name);
  }

  /** A unit that an older version made under our name for another home gets the name of that home. */
  async #makeRoom(): Promise<void> {
    const other = await squatter(this.#home, (name) => this.#homeAt(name));
    if (other === undefined) return;
    await this.#systemctl("disable", "--now", USUAL);
    await Deno.rename(this.#home.systemdUnit(USUAL), this.#home.systemdUnit(other));
    await this.#must("daemon-reload");
    await this.#must("enable", "--now", other);
  }

  /** The name under which the service of this home is installed. */
  #name(): Promise<string | undefined> {
    return ownName(this.#home, (name) => this.#homeAt(name));
  }

  async #unit(): Promise<string | undefined> {
    const name = await this.#name();
    return name && await readTextIfExists(this.#home.systemdUnit(name));
  }

  async #homeAt(name: string): Promise<string | undefined> {
    const text = await readTextIfExists(this.#home.systemdUnit(name));
    return text && (variable(text, "DUCTOR_HOME") ?? this.#home.usualRoot);
  }

  async logs(): Promise<boolean> {
    const name = await this.#name() ?? this.#home.serviceName;
    const of = ["--user", "-u", name, "--no-hostname"];
    // A journal that is only in memory has nothing for a user, and would be followed in vain.
    const { code, stdout } = await this.#options.run("journalctl", [...of, "-q", "-n", "1"]);
    if (code !== 0 || stdout.trim() === "") return false;
    return (await this.#options.run("journalctl", [...of, "-f"], { inherit: true })).code !== 127;
  }

  /** Without lingering the user's services end with the last session, and do not begin at boot. */
  async #linger(): Promise<string[]> {
    const { user, run } = this.#options;
    const { stdout } = await run("loginctl", ["show-user", user, "-p", "Linger", "--value"]);
    if (stdout.trim() === "yes") return [];
    const { code } = await run("loginctl", ["--no-ask-password", "enable-linger", user]);
    if (code === 0) return [];
    return [
      "It will end when you log out, and not start at boot, until you run this once:\n" +
      `  sudo loginctl enable-linger ${user}`,
    ];
  }

  #systemctl(...args: string[]) {
    return this.#options.run("systemctl", ["--user", ...args]);
  }

  async #must(...args: string[]): Promise<void> {
    const { code, stderr, stdout } = await this.#systemctl(...args);
    if (code === 0) return;
    const said = (stderr || stdout).trim();
    if (code === 127) throw new ServiceError(NO_SYSTEMD);
    if (/bus|XDG_RUNTIME_DIR/i.test(said)) {
      throw new ServiceError(
        `systemd has no session for ${this.#options.user} here (${said}).\n` +
          "After su or sudo that is so. Log in as this user directly (ssh, or machinectl shell), " +
          "or try:\n  export XDG_RUNTIME_DIR=/run/user/$(id -u)",
      );
    }
    throw new ServiceError(
      `systemctl --user ${args.join(" ")} failed: ${said}\n` +
        `See why with: journalctl --user -u ${this.#home.serviceName} -n 30 --no-hostname`,
    );
  }
}

const NO_SYSTEMD = "There is no systemd here (a container, or another init system).\n" +
  "Let what starts programs here run: ductor start\n" +
  "Or in a terminal that stays: tmux new -d -s ductor 'ductor start'";

/**
 * The unit. What is left out on purpose: network-online.target (means nothing to a user manager,
 * and the bot waits for the network itself), and all that takes rights from the agents which they
 * have in a terminal: NoNewPrivileges and RestrictSUIDSGID (no sudo, no ping, no rootless podman),
 * every other filter of system calls (each sets NoNewPrivileges in a user's unit), ProtectHome,
 * PrivateTmp and Protect* (the agents work in the user's files).
 */
export function unit(spec: ServiceSpec, home: string): string {
  const command = [...spec.command, "start", "--as-service"];
  return `# Made by \`ductor service install\`, which also makes it anew.
[Unit]
Description=ductor, ${allTitles()} through Telegram
# Never given up: a bot that is down cannot be mended from the phone.
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${command.map((part, i) => quote(part, i > 0)).join(" ")}
WorkingDirectory=-${dirname(home).replaceAll("%", "%%")}
Environment=${quote(`PATH=${spec.path}`)}
Environment=${quote(`DUCTOR_HOME=${home}`)}
Restart=on-failure
RestartSec=500ms
RestartForceExitStatus=${EXIT_RESTART}
# It cannot work as it is set up: trying again would not help.
RestartPreventExitStatus=${EXIT_UNUSABLE}
TimeoutStopSec=${STOP_SECONDS}
KillMode=mixed
# A program of an agent that takes all memory ends, and not the bot with it.
OOMPolicy=continue
# What it writes, such as the log and the files that are sent to it, is the user's own business.
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** For systemd's own syntax, see systemd.syntax(7) and "Command lines" in systemd.service(5). */
function quote(text: string, argument = false): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%");
  // Variables are replaced in arguments only, not in the program or in `Environment=`.
  const plain = argument ? escaped.replaceAll("$", "$$$$") : escaped;
  return /[^\w@:,./+=-]/.test(text) || text.includes("=") ? `"${plain}"` : plain;
}

/** What a unit sets the variable `name` to. */
function variable(text: string, name: string): string | undefined {
  for (const [, line] of text.matchAll(/^Environment=(.*)$/gm)) {
    const [set = ""] = unquoteAll(line!);
    if (set.startsWith(`${name}=`)) return set.slice(name.length + 1);
  }
}

function unquoteAll(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain!).replace(/\\(.)/g, "$1").replaceAll("$$", "$").replaceAll("%%", "%")
  );
}
