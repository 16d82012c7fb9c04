import { getLogger } from "@logtape/logtape";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { BotApiServer } from "../../bot_api/server.ts";
import type { ChatUser } from "../../bot_api/types.ts";
import { act, ActionError, sendFiles } from "./actions.ts";
import { EventStreams } from "./event_streams.ts";
import { Guard, newSecret, SECURITY_HEADERS } from "./guard.ts";
import { serveFile } from "./served_file.ts";
import { View } from "./view.ts";

const log = getLogger(["ductor", "demo", "web"]);

/** Files of one message together. More than a bot may download, so that the page can show that too. */
const MAX_UPLOAD = 64 * 1024 * 1024;

const MAX_ACTION = 1024 * 1024;

const PAGE_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** The page as it lies in the repository, and in the executable, which embeds `assets`. */
const PAGE = new URL("../../../assets/demo/", import.meta.url);

export interface WebOptions {
  server: BotApiServer;
  /** Whose Telegram client the page is. */
  user: ChatUser;
  /** Default 0: a free one. */
  port?: number;
  /** Only loopback: the page can make an agent run commands. */
  host?: "127.0.0.1";
}

/** The page while it is served; disposing of it ends all open pages' connections. */
export interface Web extends AsyncDisposable {
  /** The address to open, with the secret that lets in. */
  readonly url: string;
}

/**
 * Serves the web chat: the page, live events (`GET events`), files (`GET file/ID`) and what the
 * person does (`POST do/ACTION`), all below a path that is the secret. Throws `AddrInUse` when the
 * port is taken.
 */
// deno-lint-ignore require-await -- listening may come to need waiting
export async function startWeb(options: WebOptions): Promise<Web> {
  const { server, user, port = 0, host = "127.0.0.1" } = options;
  const view = new View(server, user);
  const streams = new EventStreams(() => view.snapshot());
  const unsubscribe = server.subscribe((event) => {
    if (!view.take(event)) return;
    // A page cannot ask the server for the menu, so the new one comes along.
    streams.send(event.type === "commands" ? { ...event, chats: view.commands() } : event);
  });

  const secret = newSecret();
  const http = Deno.serve({
    hostname: host,
    port,
    onListen() {},
    onError: (error) => {
      log.error("A request of the demo page failed: {error}", { error });
      return json({ error: "Something went wrong inside ductor." }, 500);
    },
  }, (request) => app.fetch(request));
  const guard = new Guard(secret, http.addr.port);
  const app = routes({ guard, streams, server, user });
  return {
    url: `http://${host}:${http.addr.port}/${secret}/`,
    async [Symbol.asyncDispose]() {
      unsubscribe();
      // Open streams would keep the server from shutting down.
      streams[Symbol.dispose]();
      await http.shutdown();
    },
  };
}

interface Parts {
  guard: Guard;
  streams: EventStreams;
  server: BotApiServer;
  user: ChatUser;
}

function routes({ guard, streams, server, user }: Parts): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const secret = new URL(context.req.url).pathname.split("/")[1] ?? "";
    const reason = guard.refuse(context.req.raw, secret);
    if (reason === undefined) await next();
    else context.res = json({ error: reason }, 403);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      // Files bring a stricter policy and may be kept.
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  });
  app.get("/:secret", (context) => context.redirect(`${context.req.path}/`));
  app.get("/:secret/alive", () => json({ ok: true }));
  app.get("/:secret/events", () => streams.connect());
  app.get("/:secret/file/:id", (context) => {
    const file = server.file(context.req.param("id"));
    if (!file) return notFound("file");
    return serveFile(file, context.req.raw, context.req.query("download") !== undefined);
  });
  app.post("/:secret/do/files", limit(MAX_UPLOAD), async (context) => {
    return await answer(async () => await sendFiles(user, await context.req.formData()));
  });
  app.post("/:secret/do/:action", limit(MAX_ACTION), async (context) => {
    const body = await context.req.json().catch(() => undefined);
    return await answer(() => act(user, context.req.param("action"), body));
  });
  app.get("/:secret/", async () => await page(""));
  app.get("/:secret/:file", async (context) => await page(context.req.param("file")));
  app.notFound(() => notFound("page"));
  return app;
}

async function page(name: string): Promise<Response> {
  return await pageFile(name) ?? notFound("page");
}

function notFound(what: string): Response {
  return json({ error: `There is no such ${what}.` }, 404);
}

function limit(bytes: number) {
  return bodyLimit({
    maxSize: bytes,
    onError: () => json({ error: `Too large: at most ${bytes / 1024 / 1024} MB at once.` }, 413),
  });
}

/** What cannot be done is said in words; the page shows them. */
async function answer(work: () => void | Promise<void>): Promise<Response> {
  try {
    await work();
    return json({ ok: true });
  } catch (error) {
    if (!(error instanceof ActionError)) {
      log.warn("The demo page asked for what cannot be done: {error}", { error });
    }
    return json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
}

function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** A file of the page, or undefined when there is none of that name. `""` is the page itself. */
async function pageFile(name: string): Promise<Response | undefined> {
  const file = name === "" ? "index.html" : name;
  const extension = /^[a-z0-9_]+\.([a-z]+)$/.exec(file)?.[1] ?? "";
  const type = PAGE_TYPES[extension];
  if (!type) return undefined;
  try {
    const bytes = await Deno.readFile(new URL(file, PAGE));
    return new Response(bytes, { headers: { "content-type": type } });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
