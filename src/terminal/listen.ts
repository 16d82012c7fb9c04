/**
 * The bot's end of the socket that hooks of CLIs in terminals connect to: each says one line, and who
 * waits gets one. Only this user can reach it.
 */
import { getLogger } from "@logtape/logtape";
import { spawn } from "../base/async/spawn.ts";
import { parsePlain } from "../base/jsonc.ts";
import { readTold, type Told } from "./told.ts";

const log = getLogger(["ductor", "terminal"]);

/** Bytes of one line; a longer one counts as junk. */
const MOST = 8 * 1024 * 1024;
/** Longest path of a socket that every system takes, in bytes. */
const LONGEST_PATH = 103;

export interface ListenOptions {
  path: string;
  /**
   * @param gone Aborts when the hook has ended.
   * @returns What the hook prints; empty: nothing; `undefined`: the next bot answers.
   */
  handle(told: Told, gone: AbortSignal): Promise<string | undefined>;
}

/** @returns Ends it; absent: there can be no such socket here, or not now (a disk that takes nothing). */
export async function listen(
  { path, handle }: ListenOptions,
): Promise<AsyncDisposable | undefined> {
  if (!canListen(path)) return undefined;
  let listener: Deno.UnixListener;
  try {
    // One that a bot left which was killed.
    await Deno.remove(path).catch(() => {});
    listener = Deno.listen({ transport: "unix", path });
  } catch (error) {
    log.warn("What CLIs in terminals ask is not heard before the next start: {error}", { error });
    return undefined;
  }
  await Deno.chmod(path, 0o600).catch((error) =>
    log.warn("The socket for terminals keeps its mode: {error}", { error })
  );
  const open = new Set<Deno.UnixConn>();
  const serve = async () => {
    for await (const connection of listener) {
      open.add(connection);
      spawn(
        "Listening to a terminal",
        converse(connection, handle).finally(async () => {
          open.delete(connection);
          await close(connection);
        }),
      );
    }
  };
  const served = serve();
  spawn("Listening to terminals", served);
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      await Promise.all([...open].map(close));
      await served.catch(() => {});
      await Deno.remove(path).catch(() => {});
    },
  };
}

export function canListen(path: string): boolean {
  return Deno.build.os !== "windows" && new TextEncoder().encode(path).length <= LONGEST_PATH;
}

async function converse(connection: Deno.UnixConn, handle: ListenOptions["handle"]): Promise<void> {
  const line = await readLine(connection);
  const told = line === undefined ? undefined : readTold(parsePlain(line));
  if (!told) {
    if (line !== "") log.warn("What a terminal's hook says makes no sense");
    return;
  }
  const gone = new AbortController();
  const until = async () => {
    // Says nothing more: what ends the reading is its end, or ours.
    while (await connection.read(new Uint8Array(1024)) !== null);
  };
  const ended = until().catch(() => {}).finally(() => gone.abort());
  const answer = await handle(told, gone.signal);
  if (answer !== undefined) {
    await connection.write(new TextEncoder().encode(`${answer}\n`)).catch(() => {});
  }
  await close(connection);
  await ended;
}

/** Up to the end of the line; `undefined`: there is none. */
export async function readLine(from: Pick<Deno.Conn, "read">): Promise<string | undefined> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  let [text, bytes] = ["", 0];
  for (let size; bytes <= MOST && (size = await from.read(buffer)) !== null; bytes += size) {
    text += decoder.decode(buffer.subarray(0, size), { stream: true });
    const end = text.indexOf("\n");
    if (end !== -1) return text.slice(0, end);
  }
  return undefined;
}

/** A close alone does not reach the other end while something is being read here. */
async function close(connection: Deno.UnixConn): Promise<void> {
  await connection.closeWrite().catch(() => {});
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
