/**
 * The demo's page in a real browser, against the embedded Bot API server and a bot of plain calls.
 * With `DUCTOR_SHOTS=folder` every station leaves a screenshot there.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { MessageEntity } from "grammy/types";
import type { Browser, Page } from "playwright-core";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { startWeb } from "../../src/demo/web/web.ts";
import { findChromium, startChromium } from "../support/chromium.ts";
import { PlainBot } from "../support/plain_bot.ts";

const chromium = await findChromium();
// deno-lint-ignore no-console -- whoever runs the tests should know
if (!chromium) console.log("skipped: chromium not found");
const shots = Deno.env.get("DUCTOR_SHOTS");

// Functions that run in the page see this; the types of a whole browser would leak into all tests.
// deno-lint-ignore no-explicit-any
declare const document: any;

interface Scene extends AsyncDisposable {
  page: Page;
  bot: PlainBot;
  server: BotApiServer;
  chat: number;
  /** What the browser complained about: refused by the policy, thrown, missing. */
  complaints: string[];
  shot(name: string): Promise<void>;
}

let browser: Browser | undefined;

async function open(size = { width: 1280, height: 900 }): Promise<Scene> {
  browser ??= await startChromium(chromium!);
  const server = await BotApiServer.start();
  const user = server.user({ id: 1001, first_name: "Alice" });
  const web = await startWeb({ server, user });
  const context = await browser.newContext({
    viewport: size,
    locale: "en-GB",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "error") complaints.push(line.text());
  });
  await page.goto(web.url);
  await page.locator("#status.online").waitFor();
  return {
    page,
    bot: new PlainBot(server),
    server,
    chat: user.id,
    complaints,
    async shot(name) {
      if (!shots) return;
      await page.evaluate(`Promise.all(
        document.getAnimations()
          .filter((one) => one.effect?.getTiming().iterations === 1)
          .map((one) => one.finished),
      ).then(() => {})`);
      await page.screenshot({ path: `${shots}/${name}.png` });
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await web[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function test(name: string, body: () => Promise<void>) {
  Deno.test({
    name: chromium ? name : `${name} (skipped: chromium not found)`,
    ignore: !chromium,
    // The browser lives on from one test to the next.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: body,
  });
}

/** Writes into the field and sends, as one does. */
async function type(page: Page, text: string) {
  await page.locator("#field").fill(text);
  await page.locator("#field").press("Enter");
}

/**
 * Fails with `what` unless the page comes to be so. Only functions can be waited for: the page's
 * policy forbids evaluating text again and again.
 */
async function until(page: Page, what: string, probe: () => boolean) {
  try {
    await page.waitForFunction(probe);
  } catch (cause) {
    throw new Error(`The page never came to: ${what}`, { cause });
  }
}

const atBottom = () => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector("#view");
  return scrollHeight - scrollTop - clientHeight < 2;
};

/** Text with entities given by the parts they cover, in order. */
function marked(text: string, ...marks: [string, Omit<MessageEntity, "offset" | "length">][]) {
  const entities = marks.map(([part, entity]) => {
    const offset = text.indexOf(part);
    assert.notEqual(offset, -1, part);
    return { ...entity, offset, length: part.length };
  });
  return { text, entities };
}

async function picture(page: Page, width: number, height: number, hue: number): Promise<File> {
  const data: string = await page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement("canvas"), {
      width: ${width},
      height: ${height},
    });
    const paint = canvas.getContext("2d");
    const gradient = paint.createLinearGradient(0, 0, ${width}, ${height});
    gradient.addColorStop(0, "hsl(${hue} 55% 72%)");
    gradient.addColorStop(1, "hsl(${hue + 60} 50% 32%)");
    paint.fillStyle = gradient;
    paint.fillRect(0, 0, ${width}, ${height});
    return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
  })()`);
  return new File([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], "picture.jpg", {
    type: "image/jpeg",
  });
}

test("page: an empty chat offers something to say, and a tap says it", async () => {
  await using scene = await open();
  const { page, bot } = scene;
  await scene.shot("empty-light");
  await page.getByRole("button", { name: "What can you do?" }).click();
  assert.equal((await bot.next()).message?.text, "What can you do?");
  await page.locator(".row.own", { hasText: "What can you do?" }).waitFor();
  await page.locator("#empty").waitFor({ state: "hidden" });
  assert.deepEqual(scene.complaints, []);
});

test("page: typed text is sent, and an answer grows in place while one reads", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await page.locator("#field").fill("hello");
  await page.locator("#field").press("Shift+Enter");
  await page.locator("#field").pressSequentially("bot");
  await page.locator("#field").press("Enter");
  assert.equal((await bot.next()).message?.text, "hello\nbot");
  assert.equal(await page.locator("#field").inputValue(), "");

  await bot.call("sendChatAction", { chat_id: chat, action: "typing" });
  await page.locator("#status", { hasText: "typing" }).waitFor();
  const sent = await bot.call("sendMessage", { chat_id: chat, text: "One" });
  const bubble = page.locator(".row.theirs .bubble");
  await bubble.waitFor();
  const node = await bubble.elementHandle();
  const words = ["One"];
  for (const word of ["two", "three", "four"]) {
    words.push(word);
    const text = words.join(" ");
    await bot.call("editMessageText", { chat_id: chat, message_id: sent.message_id, text });
    await page.locator(".row.theirs .text", { hasText: text }).waitFor();
  }
  assert.equal(await node!.evaluate((old) => old.isConnected), true, "the bubble was replaced");
  assert.equal(await page.locator(".row.theirs").count(), 1);
  await page.locator(".row.theirs .edited").waitFor();
  assert.deepEqual(scene.complaints, []);
});

test("page: the stop button is there while the bot works, and sends /stop", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "work");
  await bot.next();
  assert.equal(await page.locator("#stop").isVisible(), false);
  await bot.call("sendChatAction", { chat_id: chat, action: "typing" });
  await page.locator("#stop").click();
  assert.equal((await bot.next()).message?.text, "/stop");
});

test("page: it follows the end while one is there, and stays put while one reads above", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "go");
  for (let count = 1; count <= 30; count++) {
    await bot.call("sendMessage", { chat_id: chat, text: `Line ${count}\nof this conversation` });
  }
  const last = await bot.call("sendMessage", { chat_id: chat, text: "The end" });
  await page.locator(".text", { hasText: "The end" }).waitFor();
  await until(page, "the end is in sight", atBottom);
  const grow = async (lines: number) => {
    const text = Array(lines).fill("more text").join("\n");
    await bot.call("editMessageText", { chat_id: chat, message_id: last.message_id, text });
    await page.locator(".row.theirs", { hasText: text }).last().waitFor();
  };
  await grow(20);
  await until(page, "the end is still in sight", atBottom);

  await page.locator("#view").hover();
  await page.mouse.wheel(0, -900);
  await page.locator("#jump.shown").waitFor();
  const before = await page.locator("#view").evaluate((view) => view.scrollTop);
  await grow(60);
  await bot.call("sendMessage", { chat_id: chat, text: "Unseen one" });
  await bot.call("sendMessage", { chat_id: chat, text: "Unseen two" });
  await page.locator("#jump .count", { hasText: "2" }).waitFor();
  assert.equal(await page.locator("#view").evaluate((view) => view.scrollTop), before);
  await page.locator("#jump").click();
  await until(page, "the jump leads to the end", atBottom);
  assert.equal(await page.locator("#jump .count").textContent(), "");
});

test("K11 page: what rings has a bell, what is deleted is gone, the newest stands last", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "work");
  await bot.next();
  const send = (text: string, silent = false) =>
    bot.call("sendMessage", { chat_id: chat, text, disable_notification: silent });
  const working = await send("Reading", true);
  await send("In the queue", true);
  await bot.call("editMessageText", {
    chat_id: chat,
    message_id: working.message_id,
    text: "Writing",
  });
  await page.locator(".row.theirs .text", { hasText: "Writing" }).waitFor();
  const shown = () =>
    page.locator(".row.theirs").evaluateAll((rows) =>
      rows.map((row) =>
        `${row.querySelector(".text")!.firstChild!.textContent}${
          row.querySelector(".bell") ? " 🔔" : ""
        }`
      )
    );
  assert.deepEqual(await shown(), ["Writing", "In the queue"]);
  await send("The answer");
  await bot.call("deleteMessage", { chat_id: chat, message_id: working.message_id });
  await page.locator(".row.theirs .text", { hasText: "Writing" }).waitFor({ state: "detached" });
  assert.deepEqual(await shown(), ["In the queue", "The answer 🔔"]);
  await scene.shot("bell");
  await page.reload();
  await page.locator(".row.theirs .text", { hasText: "The answer" }).waitFor();
  assert.deepEqual(await shown(), ["In the queue", "The answer 🔔"]);
  assert.deepEqual(scene.complaints, []);
});

test("page: formatting, code and a long table show as Telegram shows them", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await bot.call("setMyCommands", { commands: [{ command: "status", description: "Now" }] });
  await type(page, "Show me a table and some code");
  await bot.next();
  const code = 'const greeting = "<b>hi</b>"; // not markup\nconsole.log(greeting);\n' +
    `const long = "${"x".repeat(300)}";`;
  const head = ["Name", "Size", "Changed", "Owner", "Mode", "What it is for"];
  const cells = [
    "main.ts",
    "1.2 KB",
    "today",
    "root",
    "rw-r--r--",
    "the entry of the program, nothing more",
  ];
  const line = (row: string[]) =>
    row.map((cell, at) => cell.padEnd(at === 5 ? 40 : 10)).join(" │ ");
  const table = [line(head), ...Array(12).fill(line(cells))].join("\n");
  const folded = Array.from({ length: 8 }, (_, at) => `Thought ${at + 1}`).join("\n");
  await bot.call("sendMessage", {
    chat_id: chat,
    ...marked(
      `Here: bold 🎼 italic, secret, site, /status\n${code}\nand\n${table}\n${folded}\nDone.`,
      ["bold", { type: "bold" }],
      ["italic", { type: "italic" }],
      ["secret", { type: "spoiler" }],
      ["site", { type: "text_link", url: "https://example.org/" } as MessageEntity],
      ["/status", { type: "bot_command" }],
      [code, { type: "pre", language: "typescript" } as MessageEntity],
      [table, { type: "pre" }],
      [folded, { type: "expandable_blockquote" }],
    ),
  });
  const text = page.locator(".row.theirs .text");
  await text.waitFor();
  assert.equal(await text.locator("strong").textContent(), "bold");
  assert.equal(await text.locator("em").textContent(), "italic");
  assert.equal(await text.locator("a").getAttribute("rel"), "noopener noreferrer");
  assert.equal(await text.locator(".codeblock-language").textContent(), "typescript");
  assert.equal(await text.locator("pre").first().textContent(), code);
  assert.equal(await text.locator("pre").last().textContent(), table);
  assert.equal(await text.locator("pre b").count(), 0, "code became markup");
  const wide = await text.locator("pre").last().evaluate((pre) =>
    pre.scrollWidth > pre.clientWidth
  );
  assert.equal(wide, true, "the table scrolls inside its block");
  await scene.shot("formatting-light");

  await text.locator(".codeblock-copy").first().click();
  await page.locator(".toast", { hasText: "Code copied" }).waitFor();
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), code);
  await text.locator(".spoiler").click();
  assert.equal(await text.locator(".spoiler[data-open]").count(), 1);
  const quote = text.locator(".quote-body");
  const folded1 = (await quote.boundingBox())!.height;
  await text.locator(".quote-toggle").click();
  assert.ok((await quote.boundingBox())!.height > folded1 * 1.5, "the quote opened");
  await text.getByRole("button", { name: "/status" }).click();
  assert.equal((await bot.next()).message?.text, "/status");

  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 700 });
    const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.equal(over, 0, `nothing sticks out at ${width} px`);
  }
  assert.deepEqual(scene.complaints, []);
});

test("page: a button spins until the bot answers, then says what the bot said", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "delete it");
  await bot.next();
  const sent = await bot.call("sendMessage", {
    chat_id: chat,
    text: "May I run rm -r build?",
    reply_markup: {
      inline_keyboard: [
        [
          { text: "Allow", callback_data: "yes", style: "success" },
          { text: "Deny", callback_data: "no", style: "danger" },
        ],
        [{ text: "Allow for this session", callback_data: "always" }],
      ],
    },
  });
  await page.locator(".keyboard-row").nth(1).waitFor();
  await scene.shot("approval-light");
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  await page.locator('.key[aria-busy="true"]').waitFor();
  const { callback_query } = await bot.next();
  assert.equal(callback_query?.data, "yes");
  await bot.call("answerCallbackQuery", {
    callback_query_id: callback_query!.id,
    text: "Thank you",
  });
  await page.locator(".toast", { hasText: "Thank you" }).waitFor();
  await page.locator('.key[aria-busy="true"]').waitFor({ state: "detached" });
  await bot.call("editMessageText", {
    chat_id: chat,
    message_id: sent.message_id,
    text: "Allowed: rm -r build",
  });
  await page.locator(".text", { hasText: "Allowed" }).waitFor();
  await page.locator(".keyboard").waitFor({ state: "detached" });
});

test("page: files go both ways, several as an album", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  const files = [await picture(page, 600, 400, 20), await picture(page, 500, 500, 200)];
  const bytes = await Promise.all(files.map((file) => file.bytes()));
  await page.locator("input[type=file]").setInputFiles(
    files.map((file, at) => ({
      name: file.name,
      mimeType: file.type,
      buffer: Buffer.from(bytes[at]!),
    })),
  );
  await page.locator(".tray-item").nth(1).waitFor();
  await type(page, "two pictures");
  const [first, second] = [(await bot.next()).message!, (await bot.next()).message!];
  assert.equal(first.caption, "two pictures");
  assert.ok(first.media_group_id);
  assert.equal(first.media_group_id, second.media_group_id);
  assert.deepEqual(await bot.download(second.photo!.at(-1)!.file_id), bytes[1]);
  await page.locator('.row.own .album[data-count="2"]').waitFor();

  await bot.call("sendPhoto", {
    chat_id: chat,
    photo: await picture(page, 900, 600, 150),
    caption: "Here",
  });
  await bot.call("sendMediaGroup", {
    chat_id: chat,
    media: [0, 1, 2].map((at) => ({ type: "photo", media: `attach://p${at}` })),
    p0: await picture(page, 800, 600, 300),
    p1: await picture(page, 800, 600, 60),
    p2: await picture(page, 800, 600, 100),
  });
  await bot.call("sendDocument", {
    chat_id: chat,
    document: new File(["<script>alert(1)</script>"], "page.html", { type: "text/html" }),
  });
  await page.locator('.row.theirs .album[data-count="3"]').waitFor();
  await until(
    page,
    "all six pictures are loaded",
    () => {
      const all: { complete: boolean; naturalWidth: number }[] = [
        ...document.querySelectorAll(".visual img"),
      ];
      return all.length === 6 && all.every((one) => one.complete && one.naturalWidth > 0);
    },
  );
  await scene.shot("files-light");
  const document_ = page.locator("a.document");
  assert.equal(await document_.locator(".document-name").textContent(), "page.html");
  const [download] = await Promise.all([page.waitForEvent("download"), document_.click()]);
  assert.equal(await Deno.readTextFile(await download.path()), "<script>alert(1)</script>");
  await page.locator(".visual-photo .visual-open").last().click();
  await page.locator("dialog.lightbox img").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog.lightbox").waitFor({ state: "detached" });
  assert.deepEqual(scene.complaints, []);
});

test("page: a reload shows the history, and the chosen colours stay", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "remember me");
  const { message } = await bot.next();
  const own = message!.message_id;
  await bot.call("sendMessage", {
    chat_id: chat,
    text: "I do",
    reply_parameters: { message_id: own },
  });
  await bot.call("setMessageReaction", {
    chat_id: chat,
    message_id: own,
    reaction: [{ type: "emoji", emoji: "👀" }],
  });
  await bot.call("pinChatMessage", { chat_id: chat, message_id: own });
  const body = page.locator("body");
  const colour = () =>
    page.evaluate<string>("getComputedStyle(document.querySelector('.top')).backgroundColor");
  const light = await colour();
  await page.emulateMedia({ colorScheme: "dark" });
  assert.notEqual(await colour(), light, "the colours follow the system");
  await page.emulateMedia({ colorScheme: "light" });
  await page.locator("#theme").click();
  const dark = await colour();
  assert.notEqual(dark, light);
  await page.reload();
  await body.locator(".row.own .text", { hasText: "remember me" }).waitFor();
  await body.locator(".row.theirs .reply-quote", { hasText: "remember me" }).waitFor();
  await body.locator(".row.own .reaction").waitFor();
  await body.locator("#pinned", { hasText: "remember me" }).waitFor();
  assert.equal(await colour(), dark);
  await scene.shot("history-dark");
});

test("page: the command list opens by slash, and keys choose from it", async () => {
  await using scene = await open();
  const { page, bot } = scene;
  await bot.call("setMyCommands", {
    commands: ["new", "status", "stop", "model"].map((command) => ({
      command,
      description: `About ${command}`,
    })),
  });
  await page.locator("#field").pressSequentially("/st");
  const options = page.getByRole("option");
  await options.nth(1).waitFor();
  assert.deepEqual(await options.locator("b").allTextContents(), ["/status", "/stop"]);
  await page.keyboard.press("ArrowDown");
  await scene.shot("commands-light");
  await page.keyboard.press("Enter");
  assert.equal((await bot.next()).message?.text, "/stop");
  await page.getByRole("button", { name: "Commands" }).click();
  await options.nth(3).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await options.count(), 0);
});

test("page: reply, edit and react reach the bot", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "first");
  const { message } = await bot.next();
  await page.locator(".row.own").waitFor();
  await page.locator("#field").press("ArrowUp");
  await page.locator(".context", { hasText: "Edit message" }).waitFor();
  await type(page, "corrected");
  assert.equal((await bot.next()).edited_message?.text, "corrected");
  await page.locator(".row.own .text", { hasText: "corrected" }).waitFor();

  const sent = await bot.call("sendMessage", { chat_id: chat, text: "answer" });
  await page.locator(".row.theirs .bubble").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Reply" }).click();
  await type(page, "to that");
  assert.equal((await bot.next()).message?.reply_to_message?.message_id, sent.message_id);

  await page.locator(".row.theirs .bubble").click({ button: "right" });
  await page.getByRole("menuitem", { name: "React with 👍" }).click();
  const { message_reaction } = await bot.next();
  assert.equal(message_reaction?.message_id, sent.message_id);
  await page.locator(".row.theirs .reaction.mine").waitFor();
  assert.notEqual(message!.message_id, sent.message_id);
});

test("page: a draft shows as a message in the making and gives way to the real one", async () => {
  await using scene = await open();
  const { page, bot, chat } = scene;
  await type(page, "think");
  await bot.next();
  await bot.call("sendMessageDraft", { chat_id: chat, draft_id: 7, text: "" });
  await page.locator(".ghost", { hasText: "Thinking" }).waitFor();
  await bot.call("sendMessageDraft", { chat_id: chat, draft_id: 7, text: "Half a sent" });
  await page.locator(".ghost", { hasText: "Half a sent" }).waitFor();
  await bot.call("sendMessage", { chat_id: chat, text: "Half a sentence is none." });
  await page.locator(".row.theirs:not(.ghost)", { hasText: "is none" }).waitFor();
  await page.locator(".ghost").waitFor({ state: "detached" });
});

test("page: what could not be sent comes back into the field", async () => {
  await using scene = await open();
  const { page, bot } = scene;
  await page.route("**/do/send", (route) => route.abort(), { times: 1 });
  await type(page, "precious");
  await page.locator(".toast", { hasText: "no connection" }).waitFor();
  assert.equal(await page.locator("#field").inputValue(), "precious");
  await page.locator("#field").press("Enter");
  assert.equal((await bot.next()).message?.text, "precious");
  assert.equal(await page.locator("#field").inputValue(), "");
});

test("page: topics of a group appear beside the chat, and writing goes to the open one", async () => {
  await using scene = await open();
  const { page, bot, server } = scene;
  assert.equal(await page.locator("#sidebar").isVisible(), false);
  const alice = server.user({ id: 1001, first_name: "Alice" });
  const group = server.group({ title: "Family", members: [alice], forum: true, botIsAdmin: true });
  const topic = group.createTopic("Holidays");
  await bot.call("sendMessage", {
    chat_id: group.id,
    message_thread_id: topic.thread_id,
    text: "Three trains on Friday",
  });
  const place = page.locator(".place", { hasText: "Holidays" });
  await place.locator(".badge-count", { hasText: "1" }).waitFor();
  await place.click();
  await page.locator(".row.theirs", { hasText: "Three trains" }).waitFor();
  await scene.shot("topics-light");
  await type(page, "the early one");
  let { message } = await bot.next();
  while (!message?.text) ({ message } = await bot.next());
  assert.equal(message.text, "the early one");
  assert.equal(message.message_thread_id, topic.thread_id);
});

test("page: it says when the connection is lost, and that another demo has another address", async () => {
  browser ??= await startChromium(chromium!);
  const server = await BotApiServer.start();
  const user = server.user({ id: 1001, first_name: "Alice" });
  const first = await startWeb({ server, user });
  const page = await browser.newPage();
  await page.goto(first.url);
  await page.locator("#status.online").waitFor();
  const port = Number(new URL(first.url).port);
  await first[Symbol.asyncDispose]();
  await page.locator("#banner", { hasText: "Connection lost" }).waitFor();
  const second = await startWeb({ server, user, port });
  await page.locator("#banner", { hasText: "This demo is over" }).waitFor({ timeout: 20_000 });
  await page.goto(second.url);
  await page.locator("#status.online").waitFor();
  await page.close();
  await second[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test("page: nobody gets in without the address", async () => {
  await using scene = await open();
  const { origin, pathname } = new URL(scene.page.url());
  const policy = (await fetch(scene.page.url())).headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  for (const path of ["/", "/wrong/", "/wrong/events", "/wrong/app.js"]) {
    const answer = await fetch(origin + path);
    assert.equal(answer.status, 403, path);
    await answer.body?.cancel();
  }
  const send = (headers: Record<string, string>) =>
    fetch(`${origin}${pathname}do/send`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ chat: scene.chat, text: "from outside" }),
    });
  for (const headers of [{}, { origin: "http://evil.example" }] as Record<string, string>[]) {
    const answer = await send(headers);
    assert.equal(answer.status, 403);
    await answer.body?.cancel();
  }
  assert.equal((await (await send({ origin })).json()).ok, true);
  assert.deepEqual(scene.server.messages(scene.chat).map(({ text }) => text), ["from outside"]);
});

Deno.test({
  name: "page: the browser closes",
  ignore: !chromium,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => await browser?.close(),
});
