import assert from "node:assert/strict";
import { getLogger, withContext } from "@logtape/logtape";
import { type LoggingOptions, setupLogging } from "./logging.ts";
import { Home } from "../config/home.ts";
import { createRedactor } from "../base/redaction.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const TOKEN = `123456789:${"aB3_-".repeat(7)}`;

/** Runs `fn` with logging set up; gives what was written to the terminal and to the file. */
async function logged(
  fn: () => unknown,
  { tty = false, ...options }: Partial<LoggingOptions> & { tty?: boolean } = {},
) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  let terminal = "";
  {
    await using _logs = await setupLogging({
      home,
      level: "INFO",
      verbose: false,
      stderr: true,
      redactor: createRedactor(() => ["hook-secret-1"]),
      colour: true,
      terminal: {
        isTerminal: () => tty,
        writeSync(bytes) {
          // As a pipe does: not everything at once.
          const some = bytes.subarray(0, 7);
          terminal += String.fromCharCode(...some);
          return some.length;
        },
      },
      ...options,
    });
    await fn();
  }
  const bytes = Uint8Array.from(terminal, (char) => char.charCodeAt(0));
  const mode = (await Deno.stat(home.logFile)).mode! & 0o777;
  return {
    terminal: new TextDecoder().decode(bytes),
    file: await Deno.readTextFile(home.logFile),
    mode,
  };
}

const log = getLogger(["ductor", "area"]);

Deno.test("log lines have time, level and name; those of the file also date and place", async () => {
  const { terminal, file, mode } = await logged(() => {
    log.info("started {what}", { what: "größer" });
    log.warn("careful");
  });
  assert.match(terminal, /^\d\d:\d\d:\d\d INFO ductor\.area: started größer\n/);
  assert.match(terminal, /\d\d:\d\d:\d\d WARNING ductor\.area: careful\n$/);
  const place =
    /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[INFO\] ductor\.area:logging_test\.ts:\d+: started/;
  assert.match(file, place);
  assert.match(file, /\[WARNING\] .*: careful\n$/);
  if (Deno.build.os !== "windows") assert.equal(mode, 0o600);
});

Deno.test("log records carry the conversation they belong to, also after a wait", async () => {
  const { terminal, file } = await logged(async () => {
    const context = { op: "msg", chat: 42, session: "0123456789abcdef" };
    await withContext(context, async () => {
      await Promise.resolve();
      log.info("inside");
    });
    withContext({ op: "cron" }, () => log.info("less"));
    log.info("outside");
  });
  for (const text of [terminal, file]) {
    assert.match(text, /: \[msg:42:01234567\] inside\n/);
    assert.match(text, /: \[cron\] less\n/);
    assert.match(text, /: outside\n/);
  }
});

Deno.test("log level comes from the config, and verbose shows everything", async () => {
  const all = () => {
    log.debug("d");
    log.info("i");
    log.warn("w");
    log.error("e");
    log.fatal("f");
  };
  const levels = (text: string) => text.split("\n").slice(0, -1).map((line) => line.split(" ")[1]);
  const quiet = await logged(all, { level: "ERROR" });
  assert.deepEqual(levels(quiet.terminal), ["ERROR", "CRITICAL"]);
  const loud = await logged(all, { level: "ERROR", verbose: true });
  assert.deepEqual(levels(loud.terminal), ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]);
});

Deno.test("log lines are coloured on a terminal only, and not when that is unwanted", async () => {
  const say = () => log.error("x");
  const tty = await logged(say, { tty: true });
  assert.ok(tty.terminal.includes(" \x1b[31mERROR\x1b[0m "));
  assert.ok(!tty.file.includes("\x1b"));
  const unwanted = await logged(say, { tty: true, colour: false });
  assert.ok(!unwanted.terminal.includes("\x1b"));
  assert.ok(!(await logged(say)).terminal.includes("\x1b"));
});

Deno.test("log has no secret in messages, properties, errors or causes", async () => {
  const { terminal, file } = await logged(() => {
    log.info(`call https://api.telegram.org/bot${TOKEN}/getMe`);
    log.info("with {options}", { options: { headers: { secret: "hook-secret-1" } } });
    const cause = new Error(`fetch of /bot${TOKEN}/ failed`);
    log.error("broke: {error}", { error: new Error(`hook-secret-1 refused`, { cause }) });
  });
  for (const text of [terminal, file]) {
    assert.ok(!text.includes("aB3_-") && !text.includes("hook-secret-1"), text);
    assert.match(text, /Caused by: Error: fetch of \/bot\[redacted\]/);
    assert.equal(text.match(/\[redacted\]/g)?.length, 5);
  }
});

Deno.test("log shows the stack of an error that is only a property", async () => {
  const { file } = await logged(() => log.error("broke", { error: new Error("why") }));
  assert.match(file, /: broke\n {4}Error: why\n +at .*logging_test\.ts/);
});

Deno.test("log text from outside can neither start a line nor control the terminal", async () => {
  const { terminal, file } = await logged(() =>
    log.info("name: {name}", { name: "a\r\n12:00:00 ERROR fake\x1b[2J\x07" })
  );
  for (const text of [terminal, file]) {
    assert.ok(text.endsWith("name: a\n    12:00:00 ERROR fake�[2J�\n"), text);
  }
});

Deno.test("log goes on when the terminal is gone", async () => {
  const terminal = {
    isTerminal: () => false,
    writeSync: () => {
      throw new Deno.errors.BrokenPipe();
    },
  };
  assert.match((await logged(() => log.info("x"), { terminal })).file, /: x\n$/);
});

Deno.test("log stays out of the terminal when that is wanted", async () => {
  const { terminal, file } = await logged(() => log.info("x"), { stderr: false });
  assert.equal(terminal, "");
  assert.match(file, /: x\n$/);
});

Deno.test("log file has JSON lines when that is wanted, with context, errors and no secrets", async () => {
  const { file, terminal } = await logged(async () => {
    await withContext({ op: "msg", chat: "42/7", session: "0123456789abcdef" }, () => {
      log.warn("said {what}\nthen", { what: `hook-secret-1 "quoted"`, error: new Error("why") });
    });
  }, { format: "json" });
  const [line, rest] = file.split("\n");
  assert.equal(rest, "");
  const { time, at, errors, ...record } = JSON.parse(line!);
  assert.deepEqual(record, {
    level: "WARNING",
    logger: "ductor.area",
    op: "msg",
    chat: "42/7",
    session: "0123456789abcdef",
    message: 'said [redacted] "quoted"\nthen',
  });
  assert.match(time, /^\d{4}-.*Z$/);
  assert.match(at, /^logging_test\.ts:\d+$/);
  assert.match(errors[0], /^Error: why\n/);
  assert.match(terminal, /WARNING ductor\.area: \[msg/);
});

Deno.test("another level and form of the log count from the next line on, and no line is lost", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  {
    await using logs = await setupLogging({
      home,
      level: "ERROR",
      verbose: false,
      stderr: false,
      redactor: (text) => text,
    });
    log.info("too little");
    const changing = logs.change({ level: "INFO", format: "json" });
    log.error("meanwhile");
    await changing;
    log.info("now");
  }
  const lines = (await Deno.readTextFile(home.logFile)).trim().split("\n");
  assert.equal(lines.length, 2, lines.join("\n"));
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["meanwhile", "now"]);
});
