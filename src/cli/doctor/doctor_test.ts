import assert from "node:assert/strict";
import { telegramChecks } from "./telegram_checks.ts";
import { Home } from "../../config/home.ts";
import { defaultConfig } from "../../config/schema.ts";
import { JUNK, spoiltOnce } from "../../../tests/support/junk.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

Deno.test("K15.11 doctor: whatever answers in Telegram's place, it says what it found", async () => {
  await using temp = await TempFolder.make();
  let body = "";
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(body),
  );
  const telegram_api_root = `http://127.0.0.1:${server.addr.port}`;
  const config = { ...defaultConfig(), telegram_token: "1:x", telegram_api_root };
  const answers = [
    ...JUNK,
    ...spoiltOnce({ ok: false, error_code: 401, description: "Unauthorized" }),
    ...spoiltOnce({ ok: true, result: { id: 5, username: "me", url: "" } }),
  ];
  for (body of ["<html>", ...answers.map((answer) => JSON.stringify(answer))]) {
    const findings = await telegramChecks(new Home(temp.path), config);
    assert.ok(findings.length > 0, body);
    assert.ok(findings.every(({ found }) => !/undefined|\[object/.test(found)), body);
  }
});
