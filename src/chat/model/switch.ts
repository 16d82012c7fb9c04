/** Changing the model of a conversation, and saying what that means. */
import { PROVIDERS } from "../../agents/provider.ts";
import { counted } from "../../base/text.ts";
import type { ModelChoice } from "../../agents/models.ts";
import type { Address } from "../../conversation/address.ts";
import type { CommandContext } from "../commands/command.ts";
import { bold, type Part } from "../../telegram/text.ts";
import { modelName } from "./names.ts";

/**
 * Makes the conversation, and new ones, use this model. Sessions of all providers stay.
 *
 * @returns what to tell the user
 */
export async function switchModel(
  address: Address,
  { provider, model, effort }: ModelChoice & { effort?: string },
  context: CommandContext,
): Promise<Part[]> {
  const { sessions, conversations } = context;
  const before = await context.choose(address);
  await sessions.choose(address, provider, model);
  await context.changeConfig({
    provider,
    model,
    ...effort !== undefined && { [PROVIDERS[provider].effort.key]: effort },
  });
  const parts: Part[] = [
    "Model: ",
    bold(modelName(context, provider, model)),
    ` of ${PROVIDERS[provider].title}`,
    effort === undefined || effort === "" ? "." : `, effort ${effort}.`,
    conversations.at(address)?.running
      ? " The running answer ends with the old one; it holds from the next message on."
      : " It holds from your next message on.",
  ];
  if (before.provider === provider) return parts;
  const entry = await sessions.get(address);
  const old = entry?.provider_sessions[before.provider];
  if (old?.session_id) {
    parts.push(
      `\n\nThe session with ${PROVIDERS[before.provider].title} is kept ` +
        `(${counted(old.message_count, "message")}).`,
    );
  }
  const other = entry?.provider_sessions[provider];
  if (other?.session_id) {
    parts.push(
      `\n\nIt goes on with your earlier session with ${PROVIDERS[provider].title} ` +
        `(${counted(other.message_count, "message")}); /new begins afresh.`,
    );
  }
  return parts;
}
