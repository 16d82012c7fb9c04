import assert from "node:assert/strict";
import { LogFile } from "./log_file.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

Deno.test("LogFile begins a new file when one is full and keeps some older ones", async () => {
  await using temp = await TempFolder.make();
  {
    using log = new LogFile(temp.at("agent.log"), { maxBytes: 10, keep: 2 });
    for (const line of ["one one\n", "two\n", "three\n", "four four four\n", "five\n"]) {
      log.write(line);
    }
  }
  assert.deepEqual(await temp.names(), ["agent.log", "agent.log.1", "agent.log.2"]);
  assert.equal(await Deno.readTextFile(temp.at("agent.log")), "five\n");
  assert.equal(await Deno.readTextFile(temp.at("agent.log.1")), "four four four\n");
  assert.equal(await Deno.readTextFile(temp.at("agent.log.2")), "two\nthree\n");
});

Deno.test("LogFile goes on in the file that is there and counts what is in it", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("agent.log"), "12345\n");
  using log = new LogFile(temp.at("agent.log"), { maxBytes: 12 });
  log.write("6789\n");
  assert.equal(await Deno.readTextFile(temp.at("agent.log")), "12345\n6789\n");
  log.write("0\n");
  assert.equal(await Deno.readTextFile(temp.at("agent.log")), "0\n");
});

Deno.test("LogFile has a line on its way to the disk as soon as it is written", async () => {
  await using temp = await TempFolder.make();
  using log = new LogFile(temp.at("agent.log"));
  log.write("x".repeat(1000) + "\n");
  assert.equal((await Deno.stat(temp.at("agent.log"))).size, 1001);
});

Deno.test("LogFile loses a line rather than end the bot when the disk is full", async () => {
  await using temp = await TempFolder.make();
  using log = new LogFile(temp.at("agent.log"));
  const original = Deno.FsFile.prototype.writeSync;
  Deno.FsFile.prototype.writeSync = () => {
    throw new Error("No space left on device");
  };
  try {
    log.write("lost\n");
  } finally {
    Deno.FsFile.prototype.writeSync = original;
  }
  log.write("kept\n");
  assert.equal(await Deno.readTextFile(temp.at("agent.log")), "kept\n");
});
