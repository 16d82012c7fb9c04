/**
 * The file browser behind `/showfiles`. Where each panel is stands on our side, so that paths may be
 * as deep as they like; panels from before a restart say that they are too old.
 */
import { Remembered } from "../../base/remembered.ts";
import { KeyedQueue } from "../../base/async/locks.ts";
import type { Address } from "../../conversation/address.ts";
import type { Home } from "../../config/home.ts";
import { render } from "../../telegram/render/mod.ts";
import type { OutgoingFiles } from "../../telegram/upload/outgoing_files.ts";
import type { Command } from "../commands/command.ts";
import { panelOf, type Press } from "../presses.ts";
import { texts } from "./texts.ts";
import { expiredView, filesView, type Place } from "./view.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { type Entry, insideOf, isHidden, listFolder, type Refusal } from "./listing.ts";
import { openPanel, type Panel, type PanelContext, turnPanel, type View } from "../panels/panel.ts";

/** How many steps back are remembered. */
const TRAIL = 50;
/** Of how many panels it is known where they are; those used least recently are forgotten. */
const OPEN = 200;

export interface BrowsePanelNeeds extends PanelContext {
  home: Home;
  /** The way out for files: what may not be sent is not. */
  files: Pick<OutgoingFiles, "plan">;
}

/** What it works with: where each open panel is, too. */
interface Browser extends BrowsePanelNeeds {
  places: Remembered<string, Place>;
}

/** `/showfiles`: the home folder, to look around in and to fetch files from. */
export function showFilesCommand(panel: Pick<Panel, "open">): Command {
  return {
    name: "showfiles",
    description: texts.description,
    group: "System",
    when: "now",
    run: ({ address, args }) => panel.open(address, args),
  };
}

/** Buttons: `files:new`, `files:ID.WHAT.…`. */
export function browsePanel(needs: BrowsePanelNeeds): Panel {
  const browser: Browser = { ...needs, places: new Remembered(OPEN) };
  const order = new KeyedQueue();
  const turn = (press: Press, view: () => Promise<View>) =>
    order.run(panelOf(press), async () => await turnPanel(browser, press, await view()));
  return {
    verb: "files",
    open: (address, path = "") => open(address, path, browser),
    async press(press) {
      const { argument, address } = press;
      if (argument === "new") {
        const id = openAt({ folder: [], page: 0, trail: [] }, browser);
        return await turn(press, () => show(id, browser));
      }
      const file = await fileOf(argument, browser);
      if (file === undefined) return await turn(press, () => pressed(argument, browser));
      // Outside of the order: a large file takes its time, and one may look further meanwhile.
      const problem = await send(address, file.names, browser);
      if (problem === undefined) return "keep";
      return await turn(press, () => show(file.id, browser, problem));
    },
  };
}

/** @param path of a folder below the home, as a user writes it; one that is none opens the home */
async function open(address: Address, path: string, browser: Browser): Promise<void> {
  const names = path.split(/[\\/]+/).filter((name) => name !== "" && name !== "~" && name !== ".");
  const start: Place = { folder: names, page: 0, trail: [] };
  const id = openAt({ ...start, folder: [] }, browser);
  const opened = names.some(isHidden) ? "missing" : await read(start, browser);
  if (names.length > 0 && typeof opened !== "string") browser.places.add(id, start);
  const note = names.length > 0 && typeof opened === "string"
    ? texts.noFolder(names.join("/"))
    : undefined;
  await openPanel(browser, address, await show(id, browser, note));
}

/** @returns the id of a new panel, short enough for the data of a button */
function openAt(place: Place, { places }: Browser): string {
  const id = crypto.randomUUID().slice(0, 8);
  places.add(id, place);
  return id;
}

/** The file that a press asks for; `undefined`: it asks for something else. */
async function fileOf(
  argument: string,
  browser: Browser,
): Promise<{ id: string; names: string[] } | undefined> {
  const [id = "", what, value] = argument.split(".");
  const place = what === "o" ? browser.places.get(id) : undefined;
  const entries = place && await read(place, browser);
  if (!place || !Array.isArray(entries)) return undefined;
  const entry = entries.find(({ name }) => fingerprintOf(name) === value);
  if (!entry || entry.isDirectory) return undefined;
  return { id, names: [...place.folder, entry.name] };
}

async function pressed(argument: string, browser: Browser): Promise<View> {
  const [id = "", what, value = ""] = argument.split(".");
  const place = browser.places.get(id);
  if (!place) return expiredView();
  const go = async (next: Place) => {
    const found = await read(next, browser);
    if (typeof found === "string") return await show(id, browser, texts.refusals[found]);
    browser.places.add(id, next);
    return await show(id, browser);
  };
  const moved = (folder: readonly string[]): Place => ({
    folder,
    page: 0,
    trail: [...place.trail, place.folder].slice(-TRAIL),
  });
  switch (what) {
    case "p":
      return await go({ ...place, page: Number(value) });
    case "u":
      return place.folder.length === 0
        ? await show(id, browser)
        : await go(moved(place.folder.slice(0, -1)));
    case "h":
      return await go(moved([]));
    case "b":
      return await go({
        folder: place.trail.at(-1) ?? [],
        page: 0,
        trail: place.trail.slice(0, -1),
      });
  }
  const entries = await read(place, browser);
  const entry = typeof entries === "string"
    ? undefined
    : entries.find(({ name }) => fingerprintOf(name) === value);
  if (!entry?.isDirectory) return await show(id, browser, texts.refusals.missing);
  return await go(moved([...place.folder, entry.name]));
}

/** @returns why the file was not sent */
async function send(
  address: Address,
  names: readonly string[],
  browser: Browser,
): Promise<string | undefined> {
  const found = await insideOf(browser.home.root, names.join("/"));
  if (typeof found === "string") return texts.refusals[found];
  // By the same way out as files of an answer.
  const { files, refused } = await browser.files.plan([found.path]);
  if (files.length === 0) return render(refused.join("\n")).text;
  await browser.outbox.send(address, { pieces: [], files });
}

async function read(place: Place, { home }: Browser): Promise<Entry[] | Refusal> {
  const found = await insideOf(home.root, place.folder.join("/"));
  if (typeof found === "string") return found;
  if (!found.info.isDirectory) return "no_folder";
  return await listFolder(found.path).catch((): Refusal => "missing");
}

/** The panel where it is now; one whose folder is gone goes back to the home folder. */
async function show(id: string, browser: Browser, note?: string): Promise<View> {
  let place = browser.places.get(id) ?? { folder: [], page: 0, trail: [] };
  let entries = await read(place, browser);
  if (typeof entries === "string") {
    note ??= texts.refusals[entries];
    place = { folder: [], page: 0, trail: [] };
    entries = await read(place, browser);
  }
  browser.places.add(id, place);
  const root = browser.home.configValue;
  return filesView(id, place, typeof entries === "string" ? [] : entries, {
    root,
    ...note !== undefined && { note },
  });
}
