/** A systemd user unit: `~/.config/systemd/user/ductor.service`. */
import { allTitles } from "../agents/provider.ts";
import { dirname } from "node:path";
import { EXIT_RESTART, EXIT_UNUSABLE } from "../base/exit_codes.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import {
  type ManagerOptions,
  ServiceError,
  type ServiceManager,
  type ServiceSpec,
} from "./service.ts";

const NAME = "ductor";
/** A little more than the bot gives its turns and its last messages. */
const STOP_SECONDS = 40;

export class Systemd implements ServiceManager {
  readonly name = "systemd";
  readonly when = "boot";
  readonly #options: ManagerOptions;
  readonly #file: string;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#file = options.home.systemdUnitFile;
  }

  /** Also whether this session may speak to it: after `su` it may not. */
  async available(): Promise<boolean> {
    return (await this.#systemctl("show-environment")).code === 0;
  }

  async installed(): Promise<boolean> {
    return await readTextIfExists(this.#file) !== undefined;
  }

  async command(): Promise<string[] | undefined> {
    const line = /^ExecStart=(.*)$/m.exec(await readTextIfExists(this.#file) ?? "")?.[1];
    return line === undefined ? undefined : unquoteAll(line);
  }

  async path(): Promise<string | undefined> {
    const text = await readTextIfExists(this.#file) ?? "";
    const line = /^Environment=(.*PATH=.*)$/m.exec(text)?.[1];
    return line && unquoteAll(line)[0]?.replace(/^PATH=/, "");
  }

  async running(): Promise<boolean> {
    return (await this.#systemctl("is-active", NAME)).stdout.trim() === "active";
  }

  async install(spec: ServiceSpec): Promise<string[]> {
    const before = await readTextIfExists(this.#file);
    await Deno.mkdir(dirname(this.#file), { recursive: true });
    await writeFileAtomic(this.#file, unit(spec, this.#options.home.root), { mode: 0o644 });
    try {
      await this.#must("daemon-reload");
      await this.#must("enable", NAME);
    } catch (error) {
      // Nothing half-done stays that would count as installed.
      if (before === undefined) await Deno.remove(this.#file).catch(() => {});
      throw error;
    }
    const hints = await this.#linger();
    // Also when it runs already: then the old one runs.
    await this.#must("restart", NAME);
    return hints;
  }

  async start(): Promise<void> {
    await this.#must("start", NAME);
  }

  async stop(): Promise<void> {
    if (await this.running()) await this.#must("stop", NAME);
  }

  async uninstall(): Promise<void> {
    await this.#systemctl("disable", "--now", NAME);
    await Deno.remove(this.#file).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await this.#systemctl("daemon-reload");
    // Forgets a unit that had failed, which would be listed on.
    await this.#systemctl("reset-failed", NAME);
  }

  async logs(): Promise<boolean> {
    const args = ["--user", "-u", NAME, "-f", "--no-hostname"];
    const { code } = await this.#options.run("journalctl", args, { inherit: true });
    return code !== 127;
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
        `See why with: journalctl --user -u ${NAME} -n 30 --no-hostname`,
    );
  }
}

const NO_SYSTEMD = "There is no systemd here (a container, or another init system).\n" +
  "Let what starts programs here run: ductor start\n" +
  "Or in a terminal that stays: tmux new -d -s ductor 'ductor start'";

/**
 * The unit. What is left out on purpose: network-online.target (means nothing to a user manager,
 * and the bot waits for the network itself); MemoryDenyWriteExecute (V8 compiles at run time);
 * ProtectHome, PrivateTmp and Protect* (the agents work in the user's files, and mount namespaces
 * break the sandboxes the CLIs make for themselves).
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
RestartSec=5
RestartForceExitStatus=${EXIT_RESTART}
# It cannot work as it is set up: trying again would not help.
RestartPreventExitStatus=${EXIT_UNUSABLE}
TimeoutStopSec=${STOP_SECONDS}
KillMode=mixed
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes

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

function unquoteAll(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (quoted ?? plain!).replace(/\\(.)/g, "$1").replaceAll("$$", "$").replaceAll("%%", "%")
  );
}
