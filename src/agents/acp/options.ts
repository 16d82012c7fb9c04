/**
 * What a session of the Agent Client Protocol lets a client choose: model, effort, mode. Newer agents
 * list all of it as `configOptions`; older ones have `models` and `modes` with methods of their own.
 */
import type { Model, PermissionMode, TurnSettings } from "../agent.ts";
import type { Params } from "../json_rpc.ts";
import { object, objects, text } from "../wire.ts";

/** Sends a request about the session; its id is added. */
export type Ask = (method: string, params: Params) => Promise<unknown>;

interface Choice {
  value: string;
  name: string;
  description: string;
}

/** One thing that can be chosen. */
interface Option {
  current: string;
  choices: Choice[];
  set(ask: Ask, value: string): Promise<unknown>;
}

type Kind = "model" | "thought_level" | "mode";

/** Names that agents have for modes, by ours; the first that an agent offers is taken. */
const MODES: Readonly<Record<PermissionMode, RegExp>> = {
  bypassPermissions: /^(yolo|bypass\w*|full[-_ ]?access|auto|allow[-_ ]?all|autopilot)$/i,
  acceptEdits: /^(auto[-_]?edit|accept[-_]?edits|smart[-_]?approve)$/i,
  default: /^(default|ask|approve|build|code|agent|manual|normal)$/i,
  plan: /^(plan|read[-_]?only|architect)$/i,
};

export class AcpOptions {
  #options = new Map<Kind, Option>();

  /** @param opened the answer to `session/new`, `session/load` or `session/resume` */
  constructor(opened: unknown) {
    this.update(opened);
  }

  /** Takes over what an answer or a notification says is offered now. */
  update(said: unknown): void {
    for (const option of objects(said, "configOptions")) {
      const kind = text(option, "category") as Kind | undefined;
      if (kind !== "model" && kind !== "thought_level" && kind !== "mode") continue;
      const configId = text(option, "id");
      if (configId === undefined) continue;
      this.#options.set(kind, {
        current: text(option, "currentValue") ?? "",
        choices: choicesOf(objects(option, "options"), "value"),
        set: (ask, value) => ask("session/set_config_option", { configId, value }),
      });
    }
    const [models, modes] = [object(said, "models"), object(said, "modes")];
    if (!this.#options.has("model") && Array.isArray(models.availableModels)) {
      this.#options.set("model", {
        current: text(models, "currentModelId") ?? "",
        choices: choicesOf(objects(models, "availableModels"), "modelId"),
        set: (ask, modelId) => ask("session/set_model", { modelId }),
      });
    }
    if (!this.#options.has("mode") && Array.isArray(modes.availableModes)) {
      this.#options.set("mode", {
        current: text(modes, "currentModeId") ?? "",
        choices: choicesOf(objects(modes, "availableModes"), "id"),
        set: (ask, modeId) => ask("session/set_mode", { modeId }),
      });
    }
  }

  /** The agent has changed its mode by itself. */
  modeChanged(id: string): void {
    const mode = this.#options.get("mode");
    if (mode) mode.current = id;
  }

  get model(): string | undefined {
    return this.#options.get("model")?.current || undefined;
  }

  /** Names of the modes it has. */
  get modes(): string[] {
    return (this.#options.get("mode")?.choices ?? []).map(({ value }) => value);
  }

  models(): Model[] {
    const option = this.#options.get("model");
    const level = this.#options.get("thought_level");
    const efforts = level?.choices.map(({ value }) => value) ?? [];
    return (option?.choices ?? []).map(({ value, name, description }) => ({
      id: value,
      name,
      description,
      efforts,
      ...level?.current && { defaultEffort: level.current },
      isDefault: value === option!.current,
    }));
  }

  /**
   * Sets what a turn shall run with. A model that the agent does not know is refused by it; an effort
   * or a mode that it does not offer stays as it is.
   */
  async apply({ model, effort, permissionMode }: TurnSettings, ask: Ask): Promise<void> {
    if (model) await this.#set("model", model, ask, true);
    if (effort) await this.#set("thought_level", effort, ask);
    const mode = this.#options.get("mode")?.choices
      .find(({ value, name }) =>
        MODES[permissionMode].test(value) || MODES[permissionMode].test(name)
      ) ??
      // What is not offered is done by how requests are answered; see permission.ts.
      this.#options.get("mode")?.choices.find(({ value }) => MODES.default.test(value));
    if (mode) await this.#set("mode", mode.value, ask);
  }

  async #set(kind: Kind, value: string, ask: Ask, unlisted = false): Promise<void> {
    const option = this.#options.get(kind);
    if (!option || option.current === value) return;
    if (!unlisted && !option.choices.some((choice) => choice.value === value)) return;
    const answer = await option.set(ask, value);
    // Another model may have other efforts; the answer then says so.
    option.current = value;
    this.update(answer);
  }
}

function choicesOf(found: readonly Params[], key: string): Choice[] {
  // Choices may stand in groups.
  return found.flatMap((each) => {
    const value = text(each, key);
    if (value === undefined) return choicesOf(objects(each, "options"), key);
    return [{
      value,
      name: text(each, "name") || value,
      description: text(each, "description") ?? "",
    }];
  });
}
