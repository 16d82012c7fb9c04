import assert from "node:assert/strict";
import { Home, resolveHome } from "./home.ts";

const env = (values: Record<string, string>) => ({ get: (name: string) => values[name] });

Deno.test("resolveHome() takes .ductor in the user's home unless DUCTOR_HOME is set", () => {
  assert.equal(resolveHome(env({ HOME: "/home/u" }), "linux").root, "/home/u/.ductor");
  const set = env({ HOME: "/home/u", DUCTOR_HOME: "/srv/bot" });
  assert.equal(resolveHome(set, "linux").root, "/srv/bot");
  const blank = env({ HOME: "/home/u", DUCTOR_HOME: "  " });
  assert.equal(resolveHome(blank, "linux").root, "/home/u/.ductor");
});

Deno.test("resolveHome() expands ~ and makes the path absolute and plain", () => {
  const of = (path: string) =>
    resolveHome(env({ HOME: "/home/u", DUCTOR_HOME: path }), "linux", () => "/work").root;
  assert.equal(of("~"), "/home/u");
  assert.equal(of("~/my bot/"), "/home/u/my bot");
  assert.equal(of("bots/one"), "/work/bots/one");
  assert.equal(of("/a/../b//c/"), "/b/c");
  assert.equal(of("~other"), "/work/~other");
});

Deno.test("resolveHome() uses USERPROFILE and backslashes on Windows", () => {
  const user = { USERPROFILE: "C:\\Users\\u" };
  const home = resolveHome(env(user), "windows");
  assert.equal(home.root, "C:\\Users\\u\\.ductor");
  assert.equal(home.configFile, "C:\\Users\\u\\.ductor\\config\\config.json");
  const set = resolveHome(env({ ...user, DUCTOR_HOME: "~\\bot\\" }), "windows");
  assert.equal(set.root, "C:\\Users\\u\\bot");
});

Deno.test("resolveHome() says what to set when the home directory is unknown", () => {
  assert.throws(() => resolveHome(env({}), "linux"), /HOME is not set.*DUCTOR_HOME/s);
  assert.equal(resolveHome(env({ DUCTOR_HOME: "/srv/bot" }), "linux").root, "/srv/bot");
});

Deno.test("Home names the files where the Python original has them", () => {
  const home = new Home("/h", "/home/u", "linux");
  assert.deepEqual([
    home.configFile,
    home.modelsFile("codex"),
    home.sessionsFile,
    home.cronJobsFile,
    home.webhooksFile,
    home.pidFile,
    home.restartSentinelFile,
    home.restartRequestedFile,
    home.upgradeSentinelFile,
    home.logFile,
    home.mainMemoryFile,
    home.ruleFiles(home.workspaceDir).claude,
  ], [
    "/h/config/config.json",
    "/h/config/codex_models.json",
    "/h/sessions.json",
    "/h/cron_jobs.json",
    "/h/webhooks.json",
    "/h/bot.pid",
    "/h/restart-sentinel.json",
    "/h/restart-requested",
    "/h/upgrade-sentinel.json",
    "/h/logs/agent.log",
    "/h/workspace/memory_system/MAINMEMORY.md",
    "/h/workspace/CLAUDE.md",
  ]);
});

Deno.test("Home knows itself however it is written", () => {
  const usual = new Home("/home/u/.ductor", "/home/u", "linux");
  assert.equal(usual.configValue, "~/.ductor");
  assert.ok(usual.is("~/.ductor") && usual.is("/home/u/.ductor/") && !usual.is("/other"));
  const other = new Home("/srv/bot", "/home/u", "linux");
  assert.equal(other.configValue, "/srv/bot");
  assert.ok(other.is("/srv/bot") && !other.is("~/.ductor"));
  assert.equal(new Home("/srv/bot", undefined, "linux").is("~/.ductor"), false);
});
