/** A task of Windows' Task Scheduler, named `ductor`, that runs at logon. */
import { allTitles } from "../agents/provider.ts";
import { win32 } from "node:path";
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

const TASK = "ductor";

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
    return (await this.#schtasks("/Query", "/TN", TASK)).code === 0;
  }

  async command(): Promise<string[] | undefined> {
    const line = await this.#argumentsLine();
    return line === undefined ? undefined : splitArguments(line).slice(1);
  }

  async path(): Promise<string | undefined> {
    const args = await this.command() ?? [];
    const at = args.indexOf("--search-path");
    return at < 0 ? undefined : args[at + 1];
  }

  async #argumentsLine(): Promise<string | undefined> {
    const { code, stdout } = await this.#schtasks("/Query", "/TN", TASK, "/XML");
    const text = code === 0 ? /<Arguments>([\s\S]*?)<\/Arguments>/.exec(stdout)?.[1] : undefined;
    return text && unescapeXml(text);
  }

  async running(): Promise<boolean> {
    // The word is translated, the number is not: 267009 is SCHED_S_TASK_RUNNING.
    const { stdout } = await this.#schtasks("/Query", "/TN", TASK, "/FO", "CSV", "/V");
    return /"Running"|"267009"/.test(stdout);
  }

  async install(spec: ServiceSpec): Promise<string[]> {
    const { home, user } = this.#options;
    if (!await this.available()) throw new ServiceError("There is no schtasks.exe on PATH here.");
    await Deno.mkdir(home.root, { recursive: true });
    const file = home.taskFile;
    await Deno.writeFile(file, utf16(taskXml(spec, home, user)));
    try {
      await this.#must("/Create", "/TN", TASK, "/XML", file, "/F");
    } finally {
      await Deno.remove(file).catch(() => {});
    }
    await this.#must("/Run", "/TN", TASK);
    return [];
  }

  async start(): Promise<void> {
    await this.#must("/Run", "/TN", TASK);
  }

  async stop(): Promise<void> {
    // `/End` kills at once, so the bot is asked first; who waits for it is `ductor service stop`.
    await requestStop(this.#options.home).catch(() => {});
  }

  async uninstall(): Promise<void> {
    if (!await this.installed()) return;
    await this.#schtasks("/End", "/TN", TASK);
    await this.#must("/Delete", "/TN", TASK, "/F");
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
    quoted?.replace(/\\(["\\])/g, "$1") ?? plain!
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
