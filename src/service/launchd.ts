/** A launchd agent, `~/Library/LaunchAgents/dev.ductor.plist`; of another home `dev.ductor-….plist`. */
import { dirname, join } from "node:path";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import { ownName, squatter, USUAL } from "./own_name.ts";
import {
  type ManagerOptions,
  ServiceError,
  type ServiceManager,
  type ServiceSpec,
} from "./service.ts";
import { escapeXml, unescapeXml } from "./xml.ts";

const label = (name: string) => `dev.${name}`;

export class Launchd implements ServiceManager {
  readonly name = "launchd";
  readonly when = "login";
  readonly #options: ManagerOptions;
  readonly #home: Home;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#home = options.home;
  }

  async available(): Promise<boolean> {
    return (await this.#options.run("launchctl", ["version"])).code !== 127;
  }

  async installed(): Promise<boolean> {
    return await this.#name() !== undefined;
  }

  async command(): Promise<string[] | undefined> {
    const text = await this.#plist() ?? "";
    const array = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)?.[1];
    return array === undefined
      ? undefined
      : [...array.matchAll(/<string>([\s\S]*?)<\/string>/g)].map(([, text]) => unescapeXml(text!));
  }

  async path(): Promise<string | undefined> {
    return variable(await this.#plist() ?? "", "PATH");
  }

  async running(): Promise<boolean> {
    const name = await this.#name() ?? this.#home.serviceName;
    const { code, stdout } = await this.#options.run("launchctl", ["list", label(name)]);
    return code === 0 && stdout.includes('"PID"');
  }

  async install(spec: ServiceSpec): Promise<string[]> {
    const file = this.#home.launchAgentFile;
    if (!await this.available()) throw new ServiceError("There is no launchctl on PATH here.");
    const before = await this.#name();
    if (before !== undefined) await this.#unload(before);
    await this.#makeRoom();
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.mkdir(this.#home.logsDir, { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, plist(spec, this.#home), { mode: 0o644 });
    if (before !== undefined && before !== this.#home.serviceName) {
      await Deno.remove(this.#home.launchAgent(before));
    }
    await this.#must("load", "-w", file);
    return [];
  }

  async start(): Promise<void> {
    await this.#must("start", label(await this.#name() ?? this.#home.serviceName));
  }

  async stop(): Promise<void> {
    const name = await this.#name();
    if (name !== undefined && await this.running()) await this.#must("stop", label(name));
  }

  async uninstall(): Promise<void> {
    const name = await this.#name();
    if (name === undefined) return;
    await this.#unload(name);
    await Deno.remove(this.#home.launchAgent(name));
  }

  async #unload(name: string): Promise<void> {
    await this.#options.run("launchctl", ["unload", "-w", this.#home.launchAgent(name)]);
  }

  /** An agent that an older version made under our name for another home gets the name of that home. */
  async #makeRoom(): Promise<void> {
    const other = await squatter(this.#home, (name) => this.#homeAt(name));
    if (other === undefined) return;
    const [from, to] = [this.#home.launchAgent(USUAL), this.#home.launchAgent(other)];
    const text = await Deno.readTextFile(from);
    await this.#unload(USUAL);
    const renamed = text.replace(`<string>${label(USUAL)}<`, `<string>${label(other)}<`);
    await writeFileAtomic(to, renamed, { mode: 0o644 });
    await Deno.remove(from);
    await this.#must("load", "-w", to);
  }

  /** The name under which the agent of this home is installed. */
  #name(): Promise<string | undefined> {
    return ownName(this.#home, (name) => this.#homeAt(name));
  }

  async #plist(): Promise<string | undefined> {
    const name = await this.#name();
    return name && await readTextIfExists(this.#home.launchAgent(name));
  }

  async #homeAt(name: string): Promise<string | undefined> {
    const text = await readTextIfExists(this.#home.launchAgent(name));
    return text && (variable(text, "DUCTOR_HOME") ?? this.#home.usualRoot);
  }

  logs(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async #must(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.#options.run("launchctl", args);
    // `load` says what went wrong and exits with 0.
    const said = (stderr || stdout).trim();
    if (code === 0 && !/failed|error/i.test(said)) return;
    throw new ServiceError(
      `launchctl ${args.join(" ")} failed: ${said}\n` +
        `Log in on the Mac's own screen (not only by ssh) and try again, or look at it with:\n` +
        `  launchctl print gui/${this.#options.uid ?? "$(id -u)"}/${label(this.#home.serviceName)}`,
    );
  }
}

/** What a property list sets the variable `name` to. */
function variable(text: string, name: string): string | undefined {
  const set = new RegExp(`<key>${name}</key>\\s*<string>([\\s\\S]*?)</string>`).exec(text)?.[1];
  return set && unescapeXml(set);
}

/** The property list, see launchd.plist(5). */
export function plist(spec: ServiceSpec, home: Home): string {
  const strings = (items: readonly string[]) =>
    items.map((item) => `\n    <string>${escapeXml(item)}</string>`).join("");
  const environment: Record<string, string> = {
    PATH: spec.path,
    DUCTOR_HOME: home.root,
    ...home.userHome !== undefined && { HOME: home.userHome },
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Made by \`ductor service install\`, which also makes it anew. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${label(home.serviceName)}</string>
  <key>ProgramArguments</key>
  <array>${strings([...spec.command, "start", "--as-service"])}
  </array>
  <key>WorkingDirectory</key>
  <string>${escapeXml(home.userHome ?? dirname(home.root))}</string>
  <key>EnvironmentVariables</key>
  <dict>${
    Object.entries(environment).map(([key, value]) =>
      `\n    <key>${key}</key>\n    <string>${escapeXml(value)}</string>`
    ).join("")
  }
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>40</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>StandardOutPath</key>
  <string>${escapeXml(join(home.logsDir, "service.log"))}</string>
  <key>StandardErrorPath</key>
  <string>${escapeXml(join(home.logsDir, "service.err"))}</string>
</dict>
</plist>
`;
}
