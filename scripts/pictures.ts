/**
 * Takes the pictures of the README from the running demo with Chromium, so that they show what there
 * is: `deno run -A scripts/pictures.ts`. It wants ffmpeg, and a font with emoji.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { Home } from "../src/config/home.ts";
import { findChromium, startChromium } from "../tests/support/chromium.ts";
import { TempFolder } from "../tests/support/temp_folder.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = join(ROOT, "docs", "images");
/** The page of a README is read on a phone, too. */
const MOST_BYTES = 200_000;
/** Time of one picture of a film, at least. */
const FRAME_MS = 180;
const PHONE = { width: 390, height: 780 };
const DESKTOP = { width: 960, height: 824 };

interface Look {
  name: string;
  size: { width: number; height: number };
  dark?: boolean;
  /** What happens is filmed; without, a picture is taken in the end. */
  film?: boolean;
  act(page: Page, home: Home): Promise<void>;
}

const LOOKS: Look[] = [
  {
    name: "desktop",
    size: DESKTOP,
    async act(page) {
      await say(page, "hello");
      await answered(page, "demo agent");
      await say(page, "Show me a table and some code");
      await answered(page, "Greatest common divisor");
      await page.locator(".codeblock-language").waitFor();
    },
  },
  {
    name: "chat",
    size: PHONE,
    film: true,
    async act(page) {
      await write(page, "run: sleep 4; date");
      await answered(page, "sleep 4; date");
      await write(page, "ask me something");
      await answered(page, "How do you like your tea?");
      await page.waitForTimeout(1500);
      await press(page, "Green");
      await answered(page, "What goes with it?");
      await page.waitForTimeout(1200);
      await press(page, "Milk");
      await page.waitForTimeout(500);
      await press(page, "Done");
      await answered(page, "What goes with it? Milk");
      await page.waitForTimeout(2500);
    },
  },
  {
    name: "approval",
    size: PHONE,
    dark: true,
    async act(page) {
      await say(page, "/status");
      await press(page, "Permissions");
      await press(page, "Ask first");
      await answered(page, "Now: Ask first");
      await say(page, "run: touch shopping.md");
      await answered(page, "Allow this?");
    },
  },
  {
    name: "project",
    size: PHONE,
    dark: true,
    async act(page) {
      await say(page, "hello");
      await answered(page, "demo agent");
      await say(page, "/project");
      await answered(page, "Working in the workspace");
    },
  },
  {
    name: "sessions",
    size: PHONE,
    async act(page) {
      await say(page, "hello");
      await answered(page, "demo agent");
      await say(page, "/sessions");
      await answered(page, "Where the beans go");
    },
  },
  {
    name: "jobs",
    size: PHONE,
    async act(page) {
      await say(page, "hello");
      await answered(page, "demo agent");
      await say(page, "remind me in 1 hour to stretch");
      await answered(page, "I will remind you");
      await say(page, "/cron");
      await answered(page, "Jobs");
    },
  },
  {
    name: "terminal",
    size: PHONE,
    async act(page, { terminalSocket }) {
      await say(page, "hello");
      await answered(page, "demo agent");
      // As Claude Code's hook says it; the connection ends with the demo.
      const hook = await Deno.connect({ transport: "unix", path: terminalSocket });
      const event = {
        hook_event_name: "PermissionRequest",
        session_id: "1",
        cwd: "/home/alice/shop",
        tool_name: "Bash",
        tool_input: { command: "npm run migrate -- --env staging", description: "Migrate staging" },
      };
      const line = JSON.stringify({ provider: "claude", pid: 1, event });
      await hook.write(new TextEncoder().encode(`${line}\n`));
      await answered(page, "A terminal in shop asks");
    },
  },
];

async function say(page: Page, text: string): Promise<void> {
  await page.locator("#field").fill(text);
  await page.locator("#field").press("Enter");
}

/** As {@link say}, key by key. */
async function write(page: Page, text: string): Promise<void> {
  await page.locator("#field").pressSequentially(text, { delay: 45 });
  await page.locator("#field").press("Enter");
}

async function press(page: Page, label: string): Promise<void> {
  await page.locator(".keyboard").getByRole("button", { name: label }).last().click();
}

async function answered(page: Page, words: string): Promise<void> {
  await page.locator(".row.theirs .text", { hasText: words }).last().waitFor();
}

/** Starts the demo, and resolves with its address. */
async function startDemo(home: string): Promise<{ url: string } & AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-P", "main.ts", "demo", "--agent", "demo", "--no-open", "--home", home],
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout.values({ preventCancel: true })) {
    text += decoder.decode(bytes, { stream: true });
    const [url] = /http:\/\/\S+\/(?=\s)/.exec(text) ?? [];
    if (!url) continue;
    return {
      url,
      async [Symbol.asyncDispose]() {
        child.kill("SIGTERM");
        await child.stdout.cancel();
        await child.status;
      },
    };
  }
  throw new Error(`The demo did not start:\n${text}`);
}

if (import.meta.main) {
  const chromium = await findChromium();
  if (!chromium) throw new Error("There is no Chromium on the PATH; CHROMIUM may name one");
  await Deno.mkdir(FOLDER, { recursive: true });
  const browser = await startChromium(chromium);
  const wanted = Deno.args.length > 0
    ? LOOKS.filter(({ name }) => Deno.args.includes(name))
    : LOOKS;
  for (const { name, size, dark = false, film = false, act } of wanted) {
    // One of its own for each: a picture is not to depend on the one before.
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await using demo = await startDemo(home.root);
    const context = await browser.newContext({
      viewport: size,
      deviceScaleFactor: film ? 1 : 2,
      colorScheme: dark ? "dark" : "light",
      locale: "en-GB",
    });
    const page = await context.newPage();
    await page.goto(demo.url);
    await page.locator("#status.online").waitFor();
    const path = join(FOLDER, `${name}.${film ? "webp" : "png"}`);
    const bytes = film
      ? await filmed(page, () => act(page, home))
      : await pictured(page, () => act(page, home));
    if (bytes.length > MOST_BYTES) throw new Error(`${name} has ${bytes.length} bytes`);
    await Deno.writeFile(path, bytes);
    await context.close();
    // deno-lint-ignore no-console -- a script
    console.log(`${basename(path)}: ${bytes.length} bytes`);
  }
  await browser.close();
}

/** A picture of how it looks in the end, in few colours. */
async function pictured(page: Page, act: () => Promise<void>): Promise<Uint8Array> {
  await act();
  // The mouse and the cursor are not to be seen, and what fades has faded.
  await page.mouse.move(0, 0);
  await page.evaluate("document.activeElement?.blur()");
  await page.waitForTimeout(3500);
  const colours = "split[a][b];[a]palettegen=max_colors=128[p];[b][p]paletteuse=dither=none";
  const out = "-compression_level 9 -frames:v 1 -f image2pipe -c:v png -".split(" ");
  return await ffmpeg(["-i", "-", "-vf", colours, ...out], [await page.screenshot()]);
}

/** A film of what happens meanwhile. */
async function filmed(page: Page, act: () => Promise<void>): Promise<Uint8Array> {
  const frames: Uint8Array[] = [];
  let over = false;
  const acting = act().finally(() => over = true);
  const began = performance.now();
  while (!over) {
    frames.push(await page.screenshot());
    await page.waitForTimeout(Math.max(0, began + frames.length * FRAME_MS - performance.now()));
  }
  await acting;
  const rate = 1000 * frames.length / (performance.now() - began);
  const out = "-c:v libwebp_anim -quality 75 -compression_level 6 -loop 0".split(" ");
  // ffmpeg goes back to the beginning to write how long it is, which a pipe cannot.
  const path = await Deno.makeTempFile({ suffix: ".webp" });
  const into = ["-f", "image2pipe", "-framerate", rate.toFixed(2), "-i", "-", ...out, "-y", path];
  await ffmpeg(into, frames);
  const bytes = await Deno.readFile(path);
  await Deno.remove(path);
  return bytes;
}

async function ffmpeg(args: string[], pictures: readonly Uint8Array[]): Promise<Uint8Array> {
  const child = new Deno.Command("ffmpeg", {
    args: ["-v", "error", ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [{ success, stdout }] = await Promise.all([
    child.output(),
    ReadableStream.from(pictures).pipeTo(child.stdin),
  ]);
  if (!success) throw new Error("ffmpeg could not make it smaller");
  return stdout;
}
