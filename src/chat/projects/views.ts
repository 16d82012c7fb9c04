/** What the panel of `/project` shows. Pure. */
import { agoOf, shortenMiddle } from "../../base/text.ts";
import type { Button } from "../../conversation/speaker.ts";
import type { Place } from "../../conversation/places.ts";
import type { Project } from "../../projects/project.ts";
import type { KnownProject } from "../../projects/projects.ts";
import { bold, code, italic, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import { pageButtons, pageOf } from "../panels/paging.ts";
import type { View } from "../panels/panel.ts";
import { texts } from "./texts.ts";

const PER_PAGE = 6;

export interface Listed {
  place: Place;
  all: readonly KnownProject[];
  now: number;
  /** Makes a path short for people. */
  shown(folder: string): string;
}

/** @param more Rows of buttons for what can be done here. */
export function listView(
  { place, all, now, shown }: Listed,
  wanted: number,
  { note, more = [] }: { note?: string | undefined; more?: readonly Button[][] } = {},
): View {
  const others = all.filter(({ name }) => name !== place.project?.name);
  const page = pageOf(others, wanted, PER_PAGE);
  const parts: Part[] = [bold(texts.title), "\n", ...hereParts(place, shown)];
  if (all.length === 0) parts.push("\n\n", texts.none);
  else parts.push("\n\n", italic(texts.page(page.page, page.pages, all.length)));
  if (note !== undefined) parts.push("\n\n", note);
  const inProject = place.seat.project !== undefined;
  return {
    parts,
    buttons: [
      ...page.items.map((project) => [projectButton(project, now)]),
      ...pageButtons(page, (to) => `project:p.${to}`),
      inProject ? [{ label: texts.buttons.workspace, action: "project:w" }] : [],
      ...more,
    ],
  };
}

export function foundView(asked: string, found: readonly KnownProject[], now: number): View {
  const all = [{ label: texts.buttons.all, action: "project:p.0" }];
  return {
    parts: [found.length === 0 ? texts.noneFound(asked) : texts.found(asked)],
    buttons: [...found.slice(0, PER_PAGE).map((one) => [projectButton(one, now)]), all],
  };
}

/** @param session See {@link texts.moved}. */
export function movedParts(
  project: Project | undefined,
  session: Parameters<typeof texts.moved>[0],
  shown: (folder: string) => string,
): Part[] {
  return ["📁 ", ...whereParts(project, shown), `\n${texts.moved(session)}`];
}

function hereParts({ project, gone }: Place, shown: (folder: string) => string): Part[] {
  if (gone && gone.folder === undefined) {
    return [texts.here, bold(gone.name), `. ⚠️ ${texts.unknown}`];
  }
  return [
    texts.here,
    ...whereParts(project, shown),
    gone ? ` ⚠️ ${texts.gone}` : "",
  ];
}

function whereParts(project: Project | undefined, shown: (folder: string) => string): Part[] {
  if (!project) return [bold(texts.workspace)];
  return [bold(project.name), " ", code(shown(project.folder))];
}

function projectButton({ name, worked }: KnownProject, now: number): Button {
  const age = worked === undefined ? `⚠️ ${texts.missing}` : agoOf(now - worked);
  return {
    label: `${shortenMiddle(name, 40)} · ${age}`,
    action: `project:to.${fingerprintOf(name)}`,
  };
}
