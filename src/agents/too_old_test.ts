import assert from "node:assert/strict";
import { PROVIDERS } from "./provider.ts";
import { isTooOld, TooOld, updateAt, updateOf } from "./too_old.ts";

const { claude, codex } = PROVIDERS;

Deno.test("too old: what is older than the oldest promised one; what says no version is not", () => {
  const old = (said: string | undefined) => isTooOld(said, claude);
  assert.deepEqual(
    ["2.1.196 (Claude Code)", "1.0.128", "2.1.197 (Claude Code)", "2.2", "what?", "", undefined]
      .map(old),
    [true, true, false, false, false, false, false],
  );
  assert.ok(isTooOld("0.168.2", codex) && !isTooOld("0.169.0", codex));
});

Deno.test("too old: what to type follows from where the program lies", () => {
  const cases: [string, string, string][] = [
    [
      "/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js",
      "npm install -g @anthropic-ai/claude-code@latest",
      "npm install -g @openai/codex@latest",
    ],
    [
      "C:\\Users\\a\\AppData\\Roaming\\npm\\claude.cmd",
      "npm install -g @anthropic-ai/claude-code@latest",
      "npm install -g @openai/codex@latest",
    ],
    [
      "/home/a/.local/share/claude/versions/2.1.100",
      "claude update",
      "npm install -g @openai/codex@latest",
    ],
    [
      "/opt/homebrew/Caskroom/x/1.0/x",
      "brew upgrade --cask claude-code",
      "brew upgrade --cask codex",
    ],
    [
      "/home/a/.bun/install/global/node_modules/x/cli.js",
      "bun add -g @anthropic-ai/claude-code@latest",
      "bun add -g @openai/codex@latest",
    ],
    [
      "/home/a/.local/share/pnpm/global/5/node_modules/x/cli.js",
      "pnpm add -g @anthropic-ai/claude-code@latest",
      "pnpm add -g @openai/codex@latest",
    ],
    ["", claude.update, codex.update],
  ];
  for (const [file, ofClaude, ofCodex] of cases) {
    assert.deepEqual([updateAt(claude, file), updateAt(codex, file)], [ofClaude, ofCodex], file);
  }
});

Deno.test("too old: links are followed to where the program lies", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/versions`);
  await Deno.writeTextFile(`${folder}/versions/1.0.0`, "");
  await Deno.symlink(`${folder}/versions/1.0.0`, `${folder}/claude`);
  assert.equal(await updateOf(claude, `${folder}/claude`), "claude update");
  assert.equal(await updateOf(claude, undefined), claude.update);
  assert.equal(await updateOf(claude, "claude"), claude.update);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("too old: the message is one sentence on what to do", () => {
  const { message, kind } = new TooOld(claude, "claude update");
  assert.equal(kind, "not_found");
  assert.match(message, /too old.*needs 2\.1\.197 or newer.*`claude update`, then try again\.$/);
});
