/** The demo's chat page: puts the parts together. */
import { serviceText, shorten, summary } from "./bubble.js";
import { Composer } from "./composer.js";
import { h, morphChildren } from "./dom.js";
import { icon } from "./icons.js";
import { Interactions } from "./interactions.js";
import { Scroller } from "./scroller.js";
import { avatar, places, renderSidebar } from "./sidebar.js";
import { placeKey, Store, threadOf } from "./store.js";
import { setUpTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { toast } from "./toast.js";
import { Transport } from "./transport.js";

const $ = (id) => document.getElementById(id);
const SUGGESTIONS = [
  ["spark", "What can you do?"],
  ["table", "Show me a table and some code"],
  ["prompt", "Run a command"],
];
const ACTIONS = {
  typing: "typing",
  upload_photo: "sending a photo",
  upload_document: "sending a file",
  upload_video: "sending a video",
  record_voice: "recording a voice message",
  upload_voice: "sending a voice message",
  choose_sticker: "choosing a sticker",
  find_location: "looking for a place",
};

const store = new Store();
const transport = new Transport();
const timeline = new Timeline($("list"), store);
const scroller = new Scroller($("view"), $("content"), $("jump"));
const composer = new Composer($("composer"), () => store.commands.get(current.chat) ?? []);
const current = { chat: undefined, thread: undefined };
let connected = false;
let loaded = false;
let planned = false;

setUpTheme($("theme"));
$("jump").prepend(icon("down"));
$("back").append(icon("back"));
$("stop").append(icon("stop"));
for (const [name, glyph] of [["attach", "attach"], ["slash", "slash"], ["send", "send"]]) {
  document.querySelector(`.${name}`).append(icon(glyph));
}
$("suggestions").append(
  ...SUGGESTIONS.map(([glyph, text]) =>
    h("button", { type: "button", on: { click: () => run("send", { text }) } }, icon(glyph), text)
  ),
);

/** Does something where the reader is; trouble is told. Resolves with undefined then. */
async function run(name, body = {}) {
  try {
    return await transport.act(name, { ...current, ...body });
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}

/** What was written goes out one after the other; the field is free at once. */
let line = Promise.resolve();
function sending(work) {
  const where = { ...current };
  const taken = composer.take();
  scroller.toBottom();
  line = line.then(() => work(where)).catch((error) => {
    toast(error.message);
    composer.restore(taken);
  });
}

composer.addEventListener("send", ({ detail: { text, reply } }) => {
  sending((where) => transport.act("send", { ...where, text, reply_to: reply }));
});
composer.addEventListener("files", ({ detail: { files, text, reply, plain } }) => {
  const options = { caption: text || undefined, reply_to: reply, as_files: plain };
  sending((where) => transport.upload(files, { ...where, ...options }));
});
composer.addEventListener("edit", ({ detail: { message, text } }) => {
  sending((where) => transport.act("edit", { ...where, message_id: message.message_id, text }));
});
composer.addEventListener("last", () => {
  const own = store.messages(current.chat, current.thread)
    .findLast((message) => message.from?.id === store.user?.id && message.text);
  if (own) composer.edit(own);
});
$("stop").addEventListener("click", async () => {
  await run("stop");
  composer.focus();
});

const interactions = new Interactions({
  store,
  timeline,
  scroller,
  composer,
  run,
  current,
  redraw: plan,
});

// --- where one is -------------------------------------------------------------------------------

function go(chat, thread) {
  current.chat = chat;
  current.thread = thread;
  $("frame").classList.add("in-chat");
  draw();
  scroller.toBottom();
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

$("places").addEventListener("click", (event) => {
  const place = event.target.closest(".place");
  if (!place) return;
  const { chat, thread } = place.dataset;
  go(Number(chat), thread === undefined ? undefined : Number(thread));
});
$("back").addEventListener("click", () => $("frame").classList.remove("in-chat"));
scroller.onBottom = () => {
  const key = placeKey(current.chat, current.thread);
  if (!document.hidden && store.unread.get(key)) {
    store.unread.delete(key);
    plan();
  }
};
document.addEventListener("visibilitychange", () => scroller.settle());

// --- drawing --------------------------------------------------------------------------------------

/** Draws once for all events of this moment. Frames do not run in a hidden tab, so a timer does. */
function plan() {
  if (planned) return;
  planned = true;
  const now = () => {
    planned = false;
    draw();
  };
  if (document.hidden) setTimeout(now, 100);
  else requestAnimationFrame(now);
}

function draw() {
  if (current.chat === undefined) return;
  const count = timeline.render(current.chat, current.thread, loaded);
  $("empty").hidden = count > 0;
  scroller.settle();
  const all = places(store);
  const several = all.length > 1;
  const here = all.find((place) =>
    placeKey(place.chat, place.thread) === placeKey(current.chat, current.thread)
  );
  $("sidebar").hidden = !several;
  $("back").hidden = !several;
  $("frame").classList.toggle("several", several);
  if (several) renderSidebar($("places"), store, current);
  if (here) morphChildren($("picture"), [avatar(here, "avatar")]);
  $("title").textContent = here?.title ?? store.bot?.first_name ?? "ductor";
  $("empty-title").textContent = `Say hello to ${store.bot?.first_name ?? "ductor"}`;
  drawPinned();
  drawStatus(here);
  drawTitle();
}

function drawPinned() {
  const message = store.pinned(current.chat);
  const bar = $("pinned");
  bar.hidden = !message;
  if (!message) return;
  bar.dataset.id = message.message_id;
  bar.replaceChildren(
    icon("pin"),
    h("span", null, h("b", null, "Pinned message"), shorten(summary(message), 120)),
  );
}
$("pinned").addEventListener("click", () => interactions.jump(Number($("pinned").dataset.id)));

function drawStatus(here) {
  const action = store.action(current.chat, current.thread);
  const status = $("status");
  const working = connected &&
    (action !== undefined || store.drafts(current.chat, current.thread).length > 0);
  const words = working ? ACTIONS[action] ?? "typing" : connected ? restStatus(here) : "connecting";
  if (status.dataset.words !== words) {
    status.dataset.words = words;
    status.className = working ? "working" : connected ? "online" : "";
    status.replaceChildren(
      words,
      ...(connected && !working
        ? []
        : [h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))]),
    );
  }
  $("stop").hidden = !(connected && store.busy(current.chat, current.thread));
}

/** What stands under the name while nothing happens. */
function restStatus(here) {
  if (here?.within) return here.within;
  return here?.bot === false ? "group" : "online";
}

function drawTitle() {
  const unread = [...store.unread.values()].reduce((sum, count) => sum + count, 0);
  const name = store.bot?.first_name ?? "ductor";
  document.title = unread > 0 ? `(${unread}) ${name}` : name;
}

// --- what comes in ----------------------------------------------------------------------------------

store.addEventListener("change", plan);
store.addEventListener("arrived", ({ detail: message }) => {
  const here = message.chat.id === current.chat &&
    (threadOf(message) === current.thread || !store.topics.get(message.chat.id)?.length);
  if (message.from?.id === store.user?.id) {
    if (here) scroller.toBottom();
    return;
  }
  if (here) scroller.arrived();
  if (!here || document.hidden || !scroller.atBottom) {
    const key = placeKey(
      message.chat.id,
      store.topics.get(message.chat.id)?.length ? threadOf(message) : undefined,
    );
    store.unread.set(key, (store.unread.get(key) ?? 0) + 1);
  }
  announce(message);
});
store.addEventListener("edited", ({ detail }) => announce(detail));

/** Read out once a message stands still, not at every edit of it. */
let announcing;
function announce(message) {
  if (message.from?.id === store.user?.id || serviceText(message)) return;
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    $("announce").textContent = `${message.from?.first_name ?? "Bot"}: ${summary(message)}`;
  }, 1500);
}

let bannerTimer;
function banner(text) {
  clearTimeout(bannerTimer);
  if (!text) {
    $("banner").hidden = true;
    return;
  }
  // A line that is back at once is not worth a word.
  bannerTimer = setTimeout(() => {
    $("banner").textContent = text;
    $("banner").hidden = false;
  }, 700);
}

transport.addEventListener("event", ({ detail: event }) => {
  store.apply(event);
  if (event.type !== "snapshot") return;
  const first = current.chat === undefined || !store.chats.has(current.chat);
  if (first) {
    const place = places(store)[0];
    current.chat = place?.chat;
    current.thread = place?.thread;
    $("frame").classList.add("in-chat");
  }
  draw();
  loaded = true;
  if (first) {
    scroller.toBottom();
    if (matchMedia("(pointer: fine)").matches) composer.focus();
  }
});
transport.addEventListener("up", () => {
  connected = true;
  document.body.classList.remove("offline");
  banner("");
  plan();
});
transport.addEventListener("down", () => {
  connected = false;
  document.body.classList.add("offline");
  banner("Connection lost. Trying to reach ductor again…");
  plan();
});
transport.addEventListener("gone", () => {
  banner("This demo is over. Open the address that ductor shows now.");
});
transport.connect();
