/**
 * Does the `ductor` commands of agents in the container, on the host. What an agent has to do its
 * work with is allowed, nothing by which it could leave the sandbox or learn a secret; in what is
 * printed the secrets are masked.
 */
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Home } from "../config/home.ts";
import { newCommand } from "../base/command.ts";
import { readTextIfExists } from "../base/atomic_file.ts";
import type { Call, CallAnswer } from "./bridge.ts";
import type { PathMap } from "./paths.ts";

/** A transcription may take long; nothing else does. */
const LIMIT_MS = 30 * 60_000;
const MAX_MADE_BYTES = 64 * 1024 * 1024;
/** How many run at the same time; each is a process. */
const MAX_CALLS = 8;

/** Environment that tells a command whom it serves. */
const PASSED_ON = {
  DUCTOR_CHAT_ID: /^-?\d{1,20}$/,
  DUCTOR_THREAD_ID: /^\d{1,20}$/,
  DUCTOR_TASK: /^[\w-]{1,100}$/,
};

export interface BrokerOptions {
  home: Home;
  /** What is mounted. */
  paths: PathMap;
  /** How things are called inside that stand in what is printed. */
  texts: PathMap;
  /** How this program starts itself. */
  self: readonly [string, ...string[]];
}

export class Broker {
  readonly #options: BrokerOptions;
  #running = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** Runs a command of an agent. */
  async answer(call: Call, signal: AbortSignal): Promise<CallAnswer> {
    const refused = refusal(call.argv);
    if (refused !== undefined) return { code: 2, out: "", err: `${refused}\n` };
    if (this.#running >= MAX_CALLS) {
      return { code: 1, out: "", err: "Too many ductor commands at the same time. Try again.\n" };
    }
    this.#running++;
    try {
      return await this.#run(call, signal);
    } finally {
      this.#running--;
    }
  }

  async #run(call: Call, signal: AbortSignal): Promise<CallAnswer> {
    const { home, paths, texts, self } = this.#options;
    // Neither what the command is given nor what it makes is where the agents could swap it for a link.
    await using room = await Room.make(call);
    const args = room.args.map((arg, index) => hostArgument(call, arg, index, paths));
    const [command, ...first] = self;
    const child = newCommand(command, {
      args: [...first, ...args],
      cwd: room.folder,
      env: { ...passedOn(call.env), DUCTOR_HOME: home.root, DUCTOR_CONFINED: "1", NO_COLOR: "1" },
      stdin: call.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    }).spawn();
    if (call.stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(call.stdin)).catch(() => {});
      await writer.close().catch(() => {});
    }
    const { code, stdout, stderr } = await child.output();
    // Read afterwards: the command may have made a new one.
    const secrets = await secretsOf(home);
    const shown = (bytes: Uint8Array) =>
      masked(texts.textInside(room.renamed(new TextDecoder().decode(bytes))), secrets);
    return { code, out: shown(stdout), err: shown(stderr), made: await room.made() };
  }
}

const ALLOWED: Readonly<Record<string, readonly string[] | "all">> = {
  cron: "all",
  webhook: "all",
  send: "all",
  file: "all",
  memory: "all",
  config: ["get", "list", "show"],
  help: "all",
  "--help": "all",
  "-h": "all",
  "--version": "all",
  "-V": "all",
};

/** Why a command line is not run for an agent; undefined: it is. */
export function refusal(argv: readonly string[]): string | undefined {
  const [command = "", verb = ""] = argv;
  if (Object.hasOwn(ALLOWED, command)) {
    const verbs = ALLOWED[command]!;
    if (verbs === "all" || verbs.includes(verb) || ["--help", "-h"].includes(verb)) {
      return undefined;
    }
  }
  const asked = ["ductor", command, ...command === "config" ? [verb] : []].join(" ").trim();
  return `\`${asked}\` is not possible from inside the sandbox, where these are: ductor cron, ` +
    "webhook, send, file, memory, config get. Ask the user to do it.";
}

/** An argument as the host understands it. */
function hostArgument(call: Call, arg: string, index: number, paths: PathMap): string {
  const [command] = call.argv;
  if (call.files.some((file) => file.index === index)) return arg;
  if (command === "file") {
    // The command would look for it on the host.
    if (index >= 2 && /[/\\]|^[~.]/.test(arg)) {
      throw new Error(`There is no file ${arg} in the sandbox.`);
    }
    return arg;
  }
  const option = /^(--(?:[a-z-]+-)?(?:file|path|folder|dir|out|output))(?:=(.*))?$/;
  const own = option.exec(arg);
  const before = option.exec(call.argv[index - 1] ?? "");
  const path = own?.[2] ?? (before && before[2] === undefined ? arg : undefined);
  if (path === undefined || !/[/\\]|^[~.]/.test(path)) return arg;
  const host = command === "send" ? paths.host(path) : undefined;
  if (host === undefined) throw new Error(`${path} cannot be used from inside the sandbox.`);
  return own?.[2] === undefined ? host : `${own[1]}=${host}`;
}

function passedOn(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(PASSED_ON).flatMap(([name, form]) =>
      form.test(env[name] ?? "") ? [[name, env[name]!]] : []
    ),
  );
}

/** A private folder with the files a command reads. */
class Room implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly args: readonly string[],
    readonly inside: string,
    readonly given: ReadonlySet<string>,
  ) {}

  static async make(call: Call): Promise<Room> {
    const folder = await mkdtemp(join(tmpdir(), "ductor-call-"));
    const args = [...call.argv];
    const given = new Set<string>();
    for (const [number, { index, name, data }] of call.files.entries()) {
      // Files of the same name in different folders must not meet.
      const own = number === 0 ? folder : join(folder, String(number));
      await mkdir(own, { recursive: true });
      const path = join(own, basename(name));
      await Deno.writeFile(path, Uint8Array.from(atob(data), (char) => char.charCodeAt(0)));
      given.add(path);
      args[index] = path;
    }
    return new Room(folder, args, call.files[0]?.folder ?? call.cwd, given);
  }

  /** A text in which the folder is called as it is inside. */
  renamed(text: string): string {
    return text.replaceAll(this.folder, this.inside);
  }

  /** What the command put beside them. */
  async made(): Promise<{ name: string; data: string }[]> {
    const made: { name: string; data: string }[] = [];
    let total = 0;
    for await (const { name, isFile } of Deno.readDir(this.folder)) {
      const path = join(this.folder, name);
      if (!isFile || this.given.has(path)) continue;
      const bytes = await Deno.readFile(path);
      total += bytes.length;
      if (total > MAX_MADE_BYTES) throw new Error("The command made more than can be handed over.");
      made.push({ name, data: base64(bytes) });
    }
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  const STEP = 32_768;
  for (let at = 0; at < bytes.length; at += STEP) {
    binary += String.fromCharCode(...bytes.subarray(at, at + STEP));
  }
  return btoa(binary);
}

/** Everything in the config and the hooks that is called a token or a secret, the longest first. */
async function secretsOf(home: Home): Promise<string[]> {
  const found = new Set<string>();
  for (const file of [home.configFile, home.webhooksFile]) {
    try {
      gather(JSON.parse(await readTextIfExists(file) ?? "null"), false, found);
    } catch {
      // Not readable for the command either.
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function gather(value: unknown, secret: boolean, found: Set<string>): void {
  if (typeof value === "string") {
    if (secret && value.length >= 6) found.add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      gather(each, secret || (/token|secret|password/i.test(key) && key !== "ack_token"), found);
    }
  }
}

export function masked(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (const written of new Set([secret, JSON.stringify(secret).slice(1, -1)])) {
      text = text.replaceAll(written, "(hidden in the sandbox)");
    }
  }
  return text;
}
