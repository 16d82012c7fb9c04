import assert from "node:assert/strict";
import { fileLimits } from "./file_limits.ts";

Deno.test("file limits: Telegram's own server takes less than one of the user's", () => {
  const mb = (root: string) => Object.values(fileLimits(root)).map((bytes) => bytes / 1024 / 1024);
  assert.deepEqual(mb("https://api.telegram.org"), [20, 50]);
  assert.deepEqual(mb("http://127.0.0.1:8081"), [2000, 2000]);
  assert.deepEqual(mb("https://bots.example.org"), [2000, 2000]);
});
