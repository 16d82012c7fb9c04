/**
 * Where a conversation works: in the workspace, in the project that was chosen for it, or in that
 * which the config has for its topic.
 */
import { isAbsolute } from "node:path";
import { z } from "zod";
import { JsonFile } from "../base/json_file.ts";
import { isFolder } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import type { Project } from "../projects/project.ts";
import type { Projects } from "../projects/projects.ts";
import { type Address, keyOf, type Seat, seatOf } from "./address.ts";
import { TopicNames } from "./topic_names.ts";

/** As the project of a seat: none, whatever was chosen. */
export const WORKSPACE = "";

/** Where a run of a conversation takes place, and whose sessions it has. */
export interface Place {
  seat: Seat;
  /** Absent: the workspace. */
  project?: Project;
  /** Nothing can run there: there is no such project any more, or its folder is not there. */
  gone?: { name: string; folder?: string };
}

export class Places {
  readonly #file: JsonFile<Record<string, string>>;
  readonly #projects: Pick<Projects, "find" | "ofTopic">;
  readonly topics: TopicNames;

  constructor(
    { chosenProjectsFile, topicNamesFile }: Pick<Home, "chosenProjectsFile" | "topicNamesFile">,
    projects: Pick<Projects, "find" | "ofTopic">,
  ) {
    this.#projects = projects;
    this.topics = new TopicNames({ topicNamesFile });
    this.#file = new JsonFile(chosenProjectsFile, {
      schema: z.record(z.string(), z.string()),
      defaultValue: () => ({}),
    });
  }

  /** Where the conversation works now; of a seat that names a project or the workspace, there. */
  async of({ project: asked, ...address }: Seat): Promise<Place> {
    const all = await this.#file.read();
    const name = asked ?? all[keyOf(address)] ?? await this.#usual(address);
    if (name === undefined || name === WORKSPACE) return { seat: address };
    // A folder without a name, where somebody goes on with what was begun in a terminal. Only people
    // choose one: what a job or an agent names is looked up.
    const project = isAbsolute(name) && Object.values(all).includes(name)
      ? { name, folder: name, settings: {} }
      : await this.#projects.find(name);
    if (!project) return { seat: { ...address, project: name }, gone: { name } };
    // The name as the config has it, so that there is one set of sessions.
    const seat = { ...address, project: project.name };
    if (await isFolder(project.folder)) return { seat, project };
    return { seat, project, gone: { name: project.name, folder: project.folder } };
  }

  /** @param project Its name, or any folder; `undefined`: the workspace. */
  async choose(address: Address, project: string | undefined): Promise<void> {
    await this.#file.update((all) => {
      // A topic may have another one by the config.
      const none = address.threadId === undefined ? undefined : WORKSPACE;
      const chosen = project ?? none;
      if (chosen === undefined) delete all[keyOf(address)];
      else all[keyOf(address)] = chosen;
    });
  }

  async #usual(address: Address): Promise<string | undefined> {
    if (address.threadId === undefined) return undefined;
    return await this.#projects.ofTopic(async () => {
      const name = await this.topics.of(address);
      return [...name === undefined ? [] : [name], keyOf(address), `${address.threadId}`];
    });
  }

  /** Which conversations work in it. */
  async workingIn(project: string): Promise<Address[]> {
    return Object.entries(await this.#file.read()).filter(([, name]) => name === project)
      .map(([key]) => seatOf(key));
  }

  /** A group became a supergroup. */
  async move(from: number, to: number): Promise<void> {
    const moving = ([key]: [string, string]) => seatOf(key).chatId === from;
    if (!Object.entries(await this.#file.read()).some(moving)) return;
    await this.#file.update((all) => {
      for (const [key, name] of Object.entries(all).filter(moving)) {
        all[keyOf({ ...seatOf(key), chatId: to })] ??= name;
        delete all[key];
      }
    });
  }
}
