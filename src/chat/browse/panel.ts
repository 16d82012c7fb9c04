/**
 * The file browser behind `/showfiles`. Where each panel is stands on our side, so that paths may be
 * as deep as they like; panels from before a restart say that they are too old.
 */
import { KeyedQueue } from "../../base/async/locks.ts";
import type { Address } from "../../conversation/address.ts";
import { type Actions, panelOf, type Press } from "../presses.ts";
import type { CommandContext } from "../commands/command.ts";
import { expiredView, filesView, type Place } from "./view.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { type Entry, insideOf, isHidden, listFolder, type Refusal } from "./listing.ts";
import { openPanel, turnPanel, type View } from "../panels/panel.ts";

/** How many steps back are remembered. */
const TRAIL = 50;

const REFUSALS: Record<Refusal, string> = {
  outside: "That leads out of the home folder, so it is not opened.",
  missing: "That is not there any more.",
  no_folder: "That is not a folder any more.",
};

/** @param path of a folder below the home, as a user writes it; one that is none opens the home */
export async function openFiles(
  address: Address,
  path: string,
  context: CommandContext,
): Promise<void> {
  const names = path.split(/[\\/]+/).filter((name) => name !== "" && name !== "~" && name !== ".");
  const start: Place = { folder: names, page: 0, trail: [] };
  const id = context.files.open({ ...start, folder: [] });
  const opened = names.some(isHidden) ? "missing" : await read(start, context);
  if (names.length > 0 && typeof opened !== "string") context.files.set(id, start);
  const note = names.length > 0 && typeof opened === "string"
    ? `There is no folder “${names.join("/")}” here.`
    : undefined;
  await openPanel(context, address, await show(id, context, note));
}

export function registerFilesPanel(actions: Actions, context: CommandContext): void {
  const order = new KeyedQueue();
  const turn = (press: Press, view: () => Promise<View>) =>
    order.run(panelOf(press), async () => await turnPanel(context, press, await view()));
  actions.on("files", async (press) => {
    const { argument, address } = press;
    if (argument === "new") {
      const id = context.files.open({ folder: [], page: 0, trail: [] });
      return await turn(press, () => show(id, context));
    }
    const file = await fileOf(argument, context);
    if (file === undefined) return await turn(press, () => pressed(argument, context));
    // Outside of the order: a large file takes its time, and one may look further meanwhile.
    const problem = await send(address, file.names, context);
    if (problem === undefined) return "keep";
    return await turn(press, () => show(file.id, context, problem));
  });
}

/** The file that a press asks for; `undefined`: it asks for something else. */
async function fileOf(
  argument: string,
  context: CommandContext,
): Promise<{ id: string; names: string[] } | undefined> {
  const [id = "", what, value] = argument.split(".");
  const place = what === "o" ? context.files.get(id) : undefined;
  const entries = place && await read(place, context);
  if (!place || !Array.isArray(entries)) return undefined;
  const entry = entries.find(({ name }) => fingerprintOf(name) === value);
  if (!entry || entry.isDirectory) return undefined;
  return { id, names: [...place.folder, entry.name] };
}

async function pressed(argument: string, context: CommandContext): Promise<View> {
  const [id = "", what, value = ""] = argument.split(".");
  const place = context.files.get(id);
  if (!place) return expiredView();
  const go = async (next: Place) => {
    const found = await read(next, context);
    if (typeof found === "string") return await show(id, context, REFUSALS[found]);
    context.files.set(id, next);
    return await show(id, context);
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
        ? await show(id, context)
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
  const entries = await read(place, context);
  const entry = typeof entries === "string"
    ? undefined
    : entries.find(({ name }) => fingerprintOf(name) === value);
  if (!entry?.isDirectory) return await show(id, context, REFUSALS.missing);
  return await go(moved([...place.folder, entry.name]));
}

/** @returns why the file was not sent */
async function send(
  address: Address,
  names: readonly string[],
  context: CommandContext,
): Promise<string | undefined> {
  const found = await insideOf(context.home.root, names.join("/"));
  if (typeof found === "string") return REFUSALS[found];
  return await context.sendFile(address, found.path);
}

async function read(place: Place, { home }: CommandContext): Promise<Entry[] | Refusal> {
  const found = await insideOf(home.root, place.folder.join("/"));
  if (typeof found === "string") return found;
  if (!found.info.isDirectory) return "no_folder";
  return await listFolder(found.path).catch((): Refusal => "missing");
}

/** The panel where it is now; one whose folder is gone goes back to the home folder. */
async function show(id: string, context: CommandContext, note?: string): Promise<View> {
  let place = context.files.get(id) ?? { folder: [], page: 0, trail: [] };
  let entries = await read(place, context);
  if (typeof entries === "string") {
    note ??= REFUSALS[entries];
    place = { folder: [], page: 0, trail: [] };
    entries = await read(place, context);
  }
  context.files.set(id, place);
  const root = context.home.configValue;
  return filesView(id, place, typeof entries === "string" ? [] : entries, {
    root,
    ...note !== undefined && { note },
  });
}
