/** Opens a thread of `codex app-server`, a new one or one that goes on, and says what its turns get. */
import { AgentError, type PermissionMode, type SessionSpec, type TurnInput } from "../agent.ts";
import type { AppServer } from "./app_server.ts";
import { type Params, RpcError } from "../json_rpc.ts";
import { effortOf, policyOf, sandboxPolicy } from "./settings.ts";
import { object, text } from "../wire.ts";

export interface Thread {
  id: string;
  /** False: it existed before. */
  fresh: boolean;
  /** The model when none is asked for; undefined when that is not known. */
  defaultModel: string | undefined;
  /** The user's own settings of Codex, as `config/read` tells them. */
  config: Params;
}

/** @throws AgentError `resume_failed`, `refused` */
export async function openThread(
  server: AppServer,
  spec: SessionSpec,
): Promise<Thread> {
  const config = object(await server.ask("config/read", { cwd: spec.cwd }), "config");
  const policy = policyOf(spec.permissionMode);
  const params: Params = {
    cwd: spec.cwd,
    approvalPolicy: policy.approvalPolicy,
    sandbox: policy.sandbox,
    ...(spec.model && { model: spec.model }),
    ...(spec.instructions && {
      // They replace the ones in the user's config.toml, which shall go on to hold.
      developerInstructions: joined(text(config, "developer_instructions"), spec.instructions),
    }),
  };
  const answer = spec.resume === undefined
    ? await start(server, { ...params, ...(spec.persist === false && { ephemeral: true }) })
    : await resume(server, spec.fork ?? false, {
      ...params,
      threadId: spec.resume,
      excludeTurns: true,
      ...(spec.fork && spec.persist === false && { ephemeral: true }),
    });
  const id = text(object(answer, "thread"), "id");
  if (!id) throw new AgentError("other", "Codex opened a session without an id.");
  return {
    id,
    fresh: spec.resume === undefined,
    config,
    defaultModel: ownModel(spec, config, answer),
  };
}

/**
 * What a turn is begun with. What it is given holds for the later ones, so a model for one turn is
 * taken back at the next.
 *
 * @param mode the permission mode that the thread has now
 */
export function turnParams(thread: Thread, input: TurnInput, mode: PermissionMode): Params {
  const model = input.model || thread.defaultModel;
  const effort = effortOf(input.effort);
  const policy = policyOf(input.permissionMode);
  const images = (input.images ?? []).map((image) => ({
    type: "image",
    url: `data:${image.mediaType};base64,${image.data}`,
  }));
  return {
    threadId: thread.id,
    input: [...images, { type: "text", text: input.text, text_elements: [] }],
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(input.permissionMode !== mode && {
      approvalPolicy: policy.approvalPolicy,
      sandboxPolicy: sandboxPolicy(policy.sandbox, thread.config),
    }),
  };
}

async function start(server: AppServer, params: Params): Promise<unknown> {
  try {
    return await server.rpc.request("thread/start", params);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new AgentError("refused", `Codex refused to start a session: ${error.message}`);
  }
}

async function resume(server: AppServer, fork: boolean, params: Params): Promise<unknown> {
  try {
    return await server.rpc.request(fork ? "thread/fork" : "thread/resume", params);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const message = `Codex cannot go on with session ${params.threadId}.`;
    throw new AgentError("resume_failed", message, error.message);
  }
}

function joined(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part).join("\n\n");
}

/** A resumed thread reports the model it last had, which need not be the user's default. */
function ownModel(spec: SessionSpec, config: Params, answer: unknown): string | undefined {
  const configured = text(config, "model");
  if (configured !== undefined) return configured;
  return !spec.model && spec.resume === undefined ? text(answer, "model") : undefined;
}
