/** Sends one file, as the file browser is asked to, by the same way out as files of an answer. */
import type { Address } from "../../conversation/address.ts";
import type { OutgoingFiles } from "../../telegram/upload/outgoing_files.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { render } from "../../telegram/render/mod.ts";

/** @returns why it is not sent, as plain text; `undefined`: it will arrive */
export async function sendOneFile(
  address: Address,
  path: string,
  { outbox, files: outgoing }: { outbox: Outbox; files: OutgoingFiles },
): Promise<string | undefined> {
  const { files, refused } = await outgoing.plan([path]);
  if (files.length === 0) return render(refused.join("\n")).text;
  await outbox.send(address, { pieces: [], files });
}
