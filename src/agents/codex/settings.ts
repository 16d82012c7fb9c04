/** Turns ductor's settings into what `codex app-server` calls them. */
import { AgentError, type PermissionMode } from "../agent.ts";
import type { Params } from "../json_rpc.ts";
import { object } from "../wire.ts";

/** What Codex may do, and when it asks first. */
export interface Policy {
  approvalPolicy: "untrusted" | "on-request" | "never";
  sandbox: "read-only" | "workspace-write" | "danger-full-access";
}

/**
 * - `bypassPermissions`: everything, without asking.
 * - `acceptEdits`: writes below the working folder without asking; asks to leave the sandbox.
 * - `default`: asks before every command that is not known to only read, and before every edit.
 * - `plan`: reads only, and does not ask for more.
 */
export function policyOf(mode: PermissionMode): Policy {
  switch (mode) {
    case "bypassPermissions":
      return { approvalPolicy: "never", sandbox: "danger-full-access" };
    case "acceptEdits":
      return { approvalPolicy: "on-request", sandbox: "workspace-write" };
    case "default":
      return { approvalPolicy: "untrusted", sandbox: "workspace-write" };
    case "plan":
      return { approvalPolicy: "never", sandbox: "read-only" };
  }
}

/**
 * The sandbox as `turn/start` wants it: spelled out, where `thread/start` takes a name. `config` is
 * what `config/read` answered, for the user's own settings of the sandbox.
 */
export function sandboxPolicy(sandbox: Policy["sandbox"], config: Params): Params {
  switch (sandbox) {
    case "danger-full-access":
      return { type: "dangerFullAccess" };
    case "read-only":
      return { type: "readOnly", networkAccess: false };
    case "workspace-write": {
      const own = object(config, "sandbox_workspace_write");
      return {
        type: "workspaceWrite",
        writableRoots: Array.isArray(own.writable_roots) ? own.writable_roots : [],
        networkAccess: own.network_access === true,
        excludeTmpdirEnvVar: own.exclude_tmpdir_env_var === true,
        excludeSlashTmp: own.exclude_slash_tmp === true,
      };
    }
  }
}

/** The effort to send; "default" and "" leave it to the CLI, as in the original's config. */
export function effortOf(effort: string | undefined): string | undefined {
  return effort === undefined || effort === "" || effort === "default" ? undefined : effort;
}

const WITH_VALUE = new Set(["-c", "--config", "--enable", "--disable"]);
/** Flags of `codex exec` that change nothing here. */
const IDLE = new Set(["--json", "--skip-git-repo-check"]);

/**
 * The user's extra arguments, for `codex app-server`. It takes fewer flags than `codex exec`, which
 * the Python program ran: what has a setting becomes that, and the others, which it would ignore or
 * refuse, are refused here with a word on what to write instead.
 *
 * @throws AgentError `refused`
 */
export function appServerArgs(extraArgs: readonly string[]): string[] {
  const args: string[] = [];
  const folders: string[] = [];
  for (let i = 0; i < extraArgs.length; i++) {
    const arg = extraArgs[i]!;
    const [, name = arg, given] = /^(--[^=]+)=(.*)$/s.exec(arg) ?? [];
    const value = () => {
      const value = given ?? extraArgs[++i];
      if (value === undefined) throw refused(`"${arg}" needs a value after it.`);
      return value;
    };
    if (WITH_VALUE.has(arg)) {
      args.push(arg, value());
    } else if (name === "--add-dir") {
      folders.push(value());
    } else if (name === "--model" || name === "-m") {
      args.push("-c", `model=${JSON.stringify(value())}`);
    } else if (arg === "--search") {
      args.push("-c", "web_search=live");
    } else if (WITH_VALUE.has(name) || /^-c[^-]/.test(arg) || arg === "--strict-config") {
      args.push(arg);
    } else if (!IDLE.has(arg)) {
      throw refused(`"${arg}" cannot be used here; ${insteadOf(name)}`);
    }
  }
  if (folders.length > 0) {
    args.push("-c", `sandbox_workspace_write.writable_roots=${JSON.stringify(folders)}`);
  }
  return args;
}

function insteadOf(flag: string): string {
  switch (flag) {
    case "-s":
    case "--sandbox":
    case "-a":
    case "--ask-for-approval":
    case "--full-auto":
    case "--yolo":
    case "--dangerously-bypass-approvals-and-sandbox":
      return 'set "permission_mode" in the config.';
    case "-p":
    case "--profile":
      return "codex app-server knows no profiles; put its settings into ~/.codex/config.toml, or " +
        'write them as "-c", "key=value".';
    default:
      return 'write it as a setting: "-c", "key=value" (also known: --enable, --disable, --strict-config).';
  }
}

function refused(what: string): AgentError {
  return new AgentError("refused", `In cli_parameters.codex, ${what}`);
}
