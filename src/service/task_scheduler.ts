/** A task of Windows' Task Scheduler that runs at logon: `ductor`; of another home `ductor-…`. */
import { allTitles } from "../agents/provider.ts";
import { win32 } from "node:path";
import { ownName, squatter, USUAL } from "./own_name.ts";
import { requestStop } from "./restart.ts";
import type { Home } from "../config/home.ts";
import {
  type ManagerOptions,
  ServiceError,
  type ServiceManager,
  type ServiceSpec,
} from "./service.ts";
import type { RunResult } from "./runner.ts";
import { escapeXml, unescapeXml } from "./xml.ts";

export class TaskScheduler implements ServiceManager {
  readonly name = "Task Scheduler";
  readonly when = "login";
  readonly #options: ManagerOptions;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  async available(): Promise<boolean> {
    return (await this.#schtasks("/?")).code !== 127;
  }

  async installed(): Promise<boolean> {
    return await this.#name() !== undefined;
  }

  async command(): Promise<string[] | undefined> {
    const name = await this.#name();
    return name === undefined ? undefined : commandIn(await this.#xml(name));
  }

  async path(): Promise<string | undefined> {
    return option(await this.command(), "--search-path");
  }

  async running(): Promise<boolean> {
    const name = await this.#name();
    if (name === undefined) return false;
    // The word is translated, the number is not: 267009 is SCHED_S_TASK_RUNNING.
    const { stdout } = await this.#schtasks("/Query", "/TN", name, "/FO", "CSV", "/V");
    return /"Running"|"267009"/.test(stdout);
  }

  async install(spec: ServiceSpec): Promise<string[]> {
    const { home, user } = this.#options;
    if (!await this.available()) throw new ServiceError("There is no schtasks.exe on PATH here.");
    const before = await this.#name();
    await this.#makeRoom();
    await this.#create(home.serviceName, taskXml(spec, home, user));
    if (before !== undefined && before !== home.serviceName) await this.#delete(before);
    await this.#must("/Run", "/TN", home.serviceName);
    return [];
  }

  async start(): Promise<void> {
    await this.#must("/Run", "/TN", await this.#name() ?? this.#options.home.serviceName);
  }

  async stop(): Promise<void> {
    // `/End` kills at once, so the bot is asked first; who waits for it is `ductor service stop`.
    await requestStop(this.#options.home).catch(() => {});
  }

  async uninstall(): Promise<void> {
    const name = await this.#name();
    if (name !== undefined) await this.#delete(name);
  }

  async #create(name: string, xml: string): Promise<void> {
    const { home } = this.#options;
    await Deno.mkdir(home.root, { recursive: true });
    const file = home.taskFile;
    await Deno.writeFile(file, utf16(xml));
    try {
      await this.#must("/Create", "/TN", name, "/XML", file, "/F");
    } finally {
      await Deno.remove(file).catch(() => {});
    }
  }

  async #delete(name: string): Promise<void> {
    await this.#schtasks("/End", "/TN", name);
    await this.#must("/Delete", "/TN", name, "/F");
  }

  /** A task that an older version made under our name for another home gets the name of that home. */
  async #makeRoom(): Promise<void> {
    const other = await squatter(this.#options.home, (name) => this.#homeAt(name));
    const xml = other && await this.#xml(USUAL);
    if (!other || !xml) return;
    await this.#create(other, xml);
    await this.#delete(USUAL);
    await this.#must("/Run", "/TN", other);
  }

  /** The name under which the task of this home is installed. */
  #name(): Promise<string | undefined> {
    return ownName(this.#options.home, (name) => this.#homeAt(name));
  }

  async #homeAt(name: string): Promise<string | undefined> {
    const xml = await this.#xml(name);
    return xml && (option(commandIn(xml), "--home") ?? this.#options.home.usualRoot);
  }

  async #xml(name: string): Promise<string | undefined> {
    const { code, stdout } = await this.#schtasks("/Query", "/TN", name, "/XML");
    return code === 0 ? stdout : undefined;
  }

  logs(): Promise<boolean> {
    return Promise.resolve(false);
  }

  #schtasks(...args: string[]): Promise<RunResult> {
    return this.#options.run("schtasks.exe", args);
  }

  async #must(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.#schtasks(...args);
    if (code === 0) return;
    const said = (stderr || stdout).trim();
    if (isAccessDenied(said)) {
      throw new ServiceError(
        "Windows does not let this account make the task.\n" +
          'Open a terminal with "Run as administrator" and type there: ductor service install',
      );
    }
    throw new ServiceError(`schtasks.exe ${args.join(" ")} failed: ${said}`);
  }
}

/** The command line in a task, without the console it is given. */
function commandIn(xml: string | undefined): string[] | undefined {
  const line = /<Arguments>([\s\S]*?)<\/Arguments>/.exec(xml ?? "")?.[1];
  return line === undefined ? undefined : splitArguments(unescapeXml(line)).slice(1);
}

function option(args: string[] | undefined, name: string): string | undefined {
  const at = args?.indexOf(name) ?? -1;
  return at < 0 ? undefined : args![at + 1];
}

/** In the languages whose words for it are known. */
export function isAccessDenied(said: string): boolean {
  return /access is denied|access denied|zugriff verweigert/i.test(said);
}

/**
 * The task, version 1.4 of the schema. `conhost --headless` gives the program a console that has no
 * window; the CLIs it starts share it. A task cannot set variables, so the home folder and the
 * search path are arguments.
 */
export function taskXml(spec: ServiceSpec, home: Home, user: string): string {
  const settings = ["--home", home.root, "--search-path", spec.path];
  const args = [...spec.command, "start", "--as-service", ...settings];
  const line = ["--headless", ...args.map(quoteArgument)].join(" ");
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.4" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>ductor, ${allTitles()} through Telegram</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${escapeXml(user)}</UserId>
      <Delay>PT10S</Delay>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escapeXml(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>3</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>conhost.exe</Command>
      <Arguments>${escapeXml(line)}</Arguments>
      <WorkingDirectory>${escapeXml(home.userHome ?? win32.dirname(home.root))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}

/** As CommandLineToArgvW reads it. */
function quoteArgument(text: string): string {
  if (text !== "" && !/[\s"]/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}

function splitArguments(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    // Only before a quote does a backslash stand for anything but itself.
    quoted?.replace(
      /(\\+)("|$)/g,
      (_, slashes, end) => slashes.slice(0, slashes.length / 2) + end,
    ) ??
      plain!
  );
}

/** UTF-16, little endian, with its mark: what schtasks takes for XML. */
export function utf16(text: string): Uint8Array {
  const units = new Uint8Array(2 + text.length * 2);
  const view = new DataView(units.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let i = 0; i < text.length; i++) view.setUint16(2 + i * 2, text.charCodeAt(i), true);
  return units;
}
