import assert from "node:assert/strict";
import { hostProcessTable, parseProcStat, parsePs, parseWindowsList } from "./process_table.ts";

const stat = (pid: number, comm: string, state: string, rest: string, start: number) =>
  `${pid} (${comm}) ${state} ${rest} 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 ${start} 123 456 18446744073709551615 0\n`;

Deno.test("Linux: stat files are read whatever the program is called", () => {
  const text = stat(1, "init", "S", "0 1 1", 5) + stat(42, "a) S 1 2 (b", "R", "1 40 41", 777) +
    stat(43, "new\nline", "S", "42 43 43", 778) + stat(44, "dead", "Z", "1 44 44", 779);
  assert.deepEqual(parseProcStat(text), [
    { pid: 1, ppid: 0, pgid: 1, session: 1, start: 5 },
    { pid: 42, ppid: 1, pgid: 40, session: 41, start: 777 },
    { pid: 43, ppid: 42, pgid: 43, session: 43, start: 778 },
  ]);
});

Deno.test("macOS: ps lines are read, zombies are not", () => {
  const text = "    1     0     1 Ss   Mon Nov 23 05:14:00 2026    \n" +
    "  812   800   800 S+   Mon Nov 23 05:14:09 2026\n" +
    "  813   800   800 Z    Mon Nov 23 05:14:09 2026\n\n";
  const found = parsePs(text);
  assert.deepEqual(found.map((info) => [info.pid, info.ppid, info.pgid]), [
    [1, 0, 1],
    [812, 800, 800],
  ]);
  assert.equal(found[1]!.start - found[0]!.start, 9000);
});

Deno.test("Windows: the listing is read, a missing date and noise included", () => {
  assert.deepEqual(parseWindowsList("4,0,\r\n812,4,13377801234567\r\nWARNING: x\r\n"), [
    { pid: 4, ppid: 0, pgid: 0, session: 0, start: 0 },
    { pid: 812, ppid: 4, pgid: 0, session: 0, start: 13377801234567 },
  ]);
});

Deno.test("Windows: processes are ended with their children by taskkill", async () => {
  const calls: string[] = [];
  const table = hostProcessTable("windows", (command, args) => {
    calls.push([command, ...args].join(" "));
    return Promise.resolve("");
  });
  await table.signal([], "SIGKILL");
  await table.signal([5, 6], "SIGKILL");
  assert.deepEqual(calls, ["taskkill.exe /F /T /PID 5 /PID 6"]);
  assert.equal(table.graceful, false);
});

Deno.test("macOS asks ps for the columns that are read", async () => {
  let asked = "";
  const table = hostProcessTable("darwin", (command, args) => {
    asked = [command, ...args].join(" ");
    return Promise.resolve("  7 1 7 S Mon Nov 23 05:14:00 2026\n");
  });
  assert.equal((await table.list()).length, 1);
  assert.equal(asked, "/bin/ps -axo pid=,ppid=,pgid=,stat=,lstart=");
});

Deno.test({
  name: "this machine's table lists this process",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const me = (await hostProcessTable().list()).find((info) => info.pid === Deno.pid);
    assert.ok(me && me.ppid === Deno.ppid && me.start > 0);
  },
});

Deno.test("macOS tells by the environment whose child a process is", async () => {
  const asked: string[] = [];
  const table = hostProcessTable("darwin", (command, args) => {
    asked.push([command, ...args].join(" "));
    return Promise.resolve(
      "  812 sleep 300 PATH=/bin DUCTOR_CHILD=1-2.3 HOME=/Users/me\n  813 sleep 9 HOME=/Users/me\n",
    );
  });
  assert.deepEqual(await table.carrying("DUCTOR_CHILD=1-2."), [812]);
  assert.deepEqual(asked, ["/bin/ps -axEww -o pid=,command="]);
});
