/** Which of the service managers it is here. */
import type { Home } from "../config/home.ts";
import { Launchd } from "./launchd.ts";
import { systemRunner } from "./runner.ts";
import type { ManagerOptions, ServiceManager } from "./service.ts";
import { Systemd } from "./systemd.ts";
import { TaskScheduler } from "./task_scheduler.ts";
import { processEnv } from "../base/process_env.ts";

/** The service manager of this system. */
export function serviceManager(home: Home, options: Partial<ManagerOptions> = {}): ServiceManager {
  const all: ManagerOptions = {
    home,
    run: options.run ?? systemRunner,
    user: options.user ?? processEnv.get("USER") ?? processEnv.get("USERNAME") ??
      processEnv.get("LOGNAME") ?? "root",
    uid: options.uid ?? Deno.uid(),
  };
  switch (home.os) {
    case "windows":
      return new TaskScheduler(all);
    case "darwin":
      return new Launchd(all);
    default:
      return new Systemd(all);
  }
}
