import assert from "node:assert/strict";
import { showSandboxProgress } from "./sandbox_progress.ts";
import type { SandboxEvent } from "../sandbox/sandbox.ts";
import type { Content, Target } from "../telegram/content.ts";
import type { Outbox } from "../telegram/outbox.ts";

Deno.test("K16.1 sandbox: a login that was changed inside is told to everybody on the list", () => {
  const told: [number, string][] = [];
  const outbox = {
    open: ({ chatId }: Target) => ({
      finish: ({ pieces }: Content) => {
        told.push([chatId, pieces[0]!.text]);
        return Promise.resolve();
      },
    }),
  } as unknown as Outbox;
  let tell: (event: SandboxEvent) => void = () => {};
  showSandboxProgress({ listen: (listener) => tell = listener }, outbox, () => [1, 2]);
  tell({ type: "login_changed", title: "Codex" });
  assert.deepEqual(told.map(([chatId]) => chatId), [1, 2]);
  assert.match(told[0]![1], /changed the login of Codex there\. Your own login is untouched/);
});
