/** Git as its user uses it. */
import assert from "node:assert/strict";
import { join } from "node:path";

/** What git prints, run in a folder. */
export async function gitIn(folder: string, ...args: string[]): Promise<string> {
  const own = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
  const command = new Deno.Command("git", { args: ["-C", folder, ...own, ...args] });
  const { success, stdout, stderr } = await command.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Makes a repository with one commit of a file, `till.txt`. */
export async function repository(folder: string): Promise<void> {
  await gitIn(folder, "init", "-q", "-b", "main");
  await Deno.writeTextFile(join(folder, "till.txt"), "one\ntwo\n");
  await gitIn(folder, "add", ".");
  await gitIn(folder, "commit", "-qm", "Begin");
}
