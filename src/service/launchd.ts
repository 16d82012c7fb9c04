/** A launchd agent: `~/Library/LaunchAgents/dev.ductor.plist`. */
import { dirname, join } from "node:path";
import type { Home } from "../config/home.ts";
import { readTextIfExists, writeFileAtomic } from "../base/atomic_file.ts";
import {
  type ManagerOptions,
  ServiceError,
  type ServiceManager,
  type ServiceSpec,
} from "./service.ts";
import { escapeXml, unescapeXml } from "./xml.ts";

const LABEL = "dev.ductor";

export class Launchd implements ServiceManager {
  readonly name = "launchd";
  readonly when = "login";
  readonly #options: ManagerOptions;
  readonly #file: string;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#file = options.home.launchAgentFile;
  }

  async available(): Promise<boolean> {
    return (await this.#options.run("launchctl", ["version"])).code !== 127;
  }

  async installed(): Promise<boolean> {
    return await readTextIfExists(this.#file) !== undefined;
  }

  async command(): Promise<string[] | undefined> {
    const text = await readTextIfExists(this.#file) ?? "";
    const array = /<key>ProgramArguments<\/key>\s*<array>([\s\S]*?)<\/array>/.exec(text)?.[1];
    return array === undefined
      ? undefined
      : [...array.matchAll(/<string>([\s\S]*?)<\/string>/g)].map(([, text]) => unescapeXml(text!));
  }

  async path(): Promise<string | undefined> {
    const text = await readTextIfExists(this.#file) ?? "";
    const path = /<key>PATH<\/key>\s*<string>([\s\S]*?)<\/string>/.exec(text)?.[1];
    return path && unescapeXml(path);
  }

  async running(): Promise<boolean> {
    const { code, stdout } = await this.#options.run("launchctl", ["list", LABEL]);
    return code === 0 && stdout.includes('"PID"');
  }

  async install(spec: ServiceSpec): Promise<string[]> {
    const { home, run } = this.#options;
    if (!await this.available()) throw new ServiceError("There is no launchctl on PATH here.");
    if (await this.installed()) await run("launchctl", ["unload", "-w", this.#file]);
    await Deno.mkdir(dirname(this.#file), { recursive: true });
    await Deno.mkdir(home.logsDir, { recursive: true, mode: 0o700 });
    await writeFileAtomic(this.#file, plist(spec, home), { mode: 0o644 });
    await this.#must("load", "-w", this.#file);
    return [];
  }

  async start(): Promise<void> {
    await this.#must("start", LABEL);
  }

  async stop(): Promise<void> {
    if (await this.running()) await this.#must("stop", LABEL);
  }

  async uninstall(): Promise<void> {
    if (!await this.installed()) return;
    await this.#options.run("launchctl", ["unload", "-w", this.#file]);
    await Deno.remove(this.#file);
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
        `  launchctl print gui/${this.#options.uid ?? "$(id -u)"}/${LABEL}`,
    );
  }
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
  <string>${LABEL}</string>
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
