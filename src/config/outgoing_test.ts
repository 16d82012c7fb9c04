import assert from "node:assert/strict";
import { Home } from "./home.ts";
import { checkOutgoing, type OutgoingRules, refusalText } from "./outgoing.ts";
import { seedHome } from "../workspace/seed.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

async function withHome(fn: (temp: TempFolder, rules: OutgoingRules) => Promise<void>) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("user", ".ductor"), temp.at("user"));
  await Deno.mkdir(temp.at("user"));
  await seedHome(home);
  await fn(temp, { access: "all", home, largest: 50 * 1024 * 1024 });
}

async function put(path: string, text = "x"): Promise<string> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
  return path;
}

async function verdict(path: string, rules: OutgoingRules): Promise<string> {
  const found = await checkOutgoing(path, rules);
  return found.ok ? "ok" : found.refusal;
}

Deno.test("checkOutgoing() understands ~, the workspace and a container's paths", () =>
  withHome(async (temp, rules) => {
    const inHome = await put(temp.at("user", "a.txt"));
    const inWork = await put(`${rules.home.workspaceDir}/sub/b.txt`, "four");
    assert.deepEqual(await checkOutgoing("~/a.txt", rules), {
      ok: true,
      path: inHome,
      name: "a.txt",
      size: 1,
    });
    const expected = { ok: true, path: inWork, name: "b.txt", size: 4 };
    assert.deepEqual(await checkOutgoing("sub/b.txt", rules), expected);
    assert.equal(await verdict("/ductor/workspace/sub/b.txt", rules), "missing");
    const contained = { ...rules, containerRoot: "/ductor" };
    assert.deepEqual(
      await checkOutgoing("/ductor/workspace/sub/b.txt", contained),
      expected,
    );
    assert.equal(await verdict("/ductor/config/config.json", contained), "missing");
    await put(rules.home.configFile, "{}");
    assert.equal(await verdict("/ductor/config/config.json", contained), "private");
    assert.equal(await verdict("/ductor/../../../etc/hostname-none", contained), "missing");
  }));

Deno.test("checkOutgoing() keeps to file_access, through links too", () =>
  withHome(async (temp, rules) => {
    const outside = await put(temp.at("other.txt"));
    const inUser = await put(temp.at("user", "mine.txt"));
    const inWork = await put(`${rules.home.workspaceDir}/w.txt`);
    const link = `${rules.home.workspaceDir}/link.txt`;
    await Deno.symlink(outside, link);
    const by = async (access: OutgoingRules["access"]) => {
      const found = [];
      for (const path of [outside, inUser, inWork, link]) {
        found.push(await verdict(path, { ...rules, access }));
      }
      return found;
    };
    assert.deepEqual(await by("all"), ["ok", "ok", "ok", "ok"]);
    assert.deepEqual(await by("home"), ["outside", "ok", "ok", "outside"]);
    assert.deepEqual(await by("workspace"), ["outside", "outside", "ok", "outside"]);
  }));

Deno.test("checkOutgoing() never gives out keys, nor ductor's own config, state and sessions", () =>
  withHome(async (temp, rules) => {
    const { home } = rules;
    const paths = [
      home.configFile,
      home.configFile + ".bak",
      home.sessionsFile,
      home.sessionsFile + ".corrupt-2026",
      home.webhooksFile,
      home.inboxFile,
      home.logFile,
      temp.at("user", ".ssh", "config"),
      temp.at("user", ".aws", "credentials"),
      temp.at("user", ".gnupg", "x"),
      temp.at("user", ".claude", "settings.json"),
      temp.at("user", ".claude.json"),
      temp.at("user", ".codex", "auth.json"),
      temp.at("user", "project", ".env"),
      temp.at("user", "project", ".env.local"),
      temp.at("user", "project", "id_ed25519"),
      temp.at("user", "project", "server.pem"),
      temp.at("user", "project", ".git-credentials"),
    ];
    for (const [index, path] of paths.entries()) {
      assert.equal(await verdict(await put(path), rules), "private", path);
      const link = `${home.workspaceDir}/link${index}.txt`;
      await Deno.symlink(path, link);
      assert.equal(await verdict(link, rules), "private", `link to ${path}`);
    }
    assert.equal(await verdict(await put(temp.at("user", ".env.example")), rules), "ok");
    assert.equal(await verdict(await put(temp.at("user", "environment.txt")), rules), "ok");
    assert.equal(await verdict(home.mainMemoryFile, rules), "ok");
  }));

Deno.test("K16.4 checkOutgoing(): stores of logins, keys, histories and browsers stay", () =>
  withHome(async (temp, rules) => {
    const names = [
      ".config/gh/hosts.yml",
      ".config/rclone/rclone.conf",
      "backup/rclone.conf",
      ".bash_history",
      ".zsh_history",
      ".python_history",
      ".local/share/fish/fish_history",
      ".netrc",
      ".pgpass",
      ".my.cnf",
      ".vault-token",
      ".mozilla/firefox/a.default/places.sqlite",
      ".config/google-chrome/Default/History",
      ".config/BraveSoftware/Brave-Browser/Default/Bookmarks",
      "Library/Application Support/Google/Chrome/Default/Cookies",
      "AppData/Local/Google/Chrome/User Data/Default/Cookies",
      "AppData/Roaming/Mozilla/Firefox/Profiles/a/prefs.js",
      "copied/key4.db",
      ".local/share/keyrings/login.keyring",
      ".config/gcloud/credentials.db",
      ".azure/msal_token_cache.json",
      ".oci/config",
      ".cargo/credentials.toml",
      ".config/containers/auth.json",
      ".config/glab-cli/config.yml",
      ".cache/huggingface/token",
      ".local/share/TelegramDesktop/tdata/key_datas",
      "Library/Application Support/Telegram Desktop/tdata/key_datas",
      "AppData/Roaming/Telegram Desktop/tdata/key_datas",
      ".config/Signal/config.json",
      ".config/Bitwarden CLI/data.json",
      ".kube/config",
      ".config/sops/age/keys.txt",
      ".m2/settings.xml",
      ".gradle/gradle.properties",
      ".node_repl_history",
      ".psql_history",
      ".viminfo",
      "backup/office.ovpn",
      "project/prod.env",
      "project/.dev.vars",
      "project/client_secret_1.json",
      "project/terraform.tfstate.backup",
      "project/DEPLOY_RSA",
      "Downloads/.SSH/Config",
    ];
    for (const name of names) {
      assert.equal(await verdict(await put(temp.at("user", name)), rules), "private", name);
    }
    for (
      const name of [
        "history.txt",
        "cookies.md",
        "price_history",
        ".config/app/settings.json",
        "gh/hosts.yml",
        "User Data/notes.txt",
        "talk.key",
        "secrets.md",
      ]
    ) {
      assert.equal(await verdict(await put(temp.at("user", name)), rules), "ok", name);
    }
  }));

Deno.test("K16.4 checkOutgoing(): no way around by .., the root of a process, or a chain of links", () =>
  withHome(async (temp, { home, ...rules }) => {
    const key = await put(temp.at("user", ".ssh", "config"));
    await Deno.symlink(temp.at("user", ".ssh"), `${home.workspaceDir}/a`);
    await Deno.symlink(`${home.workspaceDir}/a`, `${home.workspaceDir}/b`);
    const ways = [
      `${home.workspaceDir}/../../.ssh/config`,
      "../../.ssh/../.ssh/config",
      "~/.ssh/config",
      "~/x/../.ssh/config",
      `${home.workspaceDir}/b/config`,
      ...Deno.build.os === "linux" ? [`/proc/self/root${key}`, `/proc/${Deno.pid}/root${key}`] : [],
    ];
    for (const way of ways) {
      const found = await verdict(way, { ...rules, home });
      assert.ok(["private", "missing"].includes(found), `${way}: ${found}`);
    }
    if (Deno.build.os !== "linux") return;
    for (const way of ["/proc/self/environ", "/proc/self/cmdline", "/dev/null"]) {
      assert.equal(await verdict(way, { ...rules, home }), "private", way);
    }
  }));

Deno.test("K16.4 checkOutgoing(): a hard link to a private file is that file", () =>
  withHome(async (temp, rules) => {
    const { home } = rules;
    const ours = [
      home.configFile,
      home.envFile,
      home.webhooksFile,
      home.sessionsFile,
      home.inboxFile,
      temp.at("user", ".claude", ".credentials.json"),
      temp.at("user", ".ssh", "deploy"),
      temp.at("user", ".config", "gh", "hosts.yml"),
      temp.at("user", ".netrc"),
      temp.at("user", ".config", "google-chrome", "Default", "Login Data"),
      temp.at("user", ".password-store", "work", "mail.gpg"),
      temp.at("user", ".local", "share", "TelegramDesktop", "tdata", "key_datas"),
      temp.at("user", ".config", "solana", "id.json"),
    ];
    for (const [index, path] of ours.entries()) {
      const link = `${home.workspaceDir}/notes${index}.txt`;
      await Deno.link(await put(path), link);
      assert.equal(await verdict(link, rules), "private", path);
    }
    const own = await put(`${home.workspaceDir}/mine.txt`);
    await Deno.link(own, `${home.workspaceDir}/other.txt`);
    assert.equal(await verdict(own, rules), "ok");
  }));

Deno.test("checkOutgoing() tells what is missing, empty, no file or too large", () =>
  withHome(async (temp, rules) => {
    assert.equal(await verdict("gone.txt", rules), "missing");
    assert.equal(await verdict(temp.at("user"), rules), "no_file");
    assert.equal(await verdict(await put(temp.at("empty"), ""), rules), "empty");
    const big = await put(temp.at("big"));
    await Deno.truncate(big, 50 * 1024 * 1024 + 1);
    assert.equal(await verdict(big, rules), "too_large");
    assert.equal(await verdict("a\0b", rules), "unreadable");
    if (Deno.build.os !== "windows") assert.equal(await verdict("/dev/zero", rules), "private");
  }));

Deno.test("refusalText() names the file, and only the file", () => {
  const text = refusalText({ name: "my `odd`\nname", refusal: "missing" });
  assert.equal(text, "⚠️ I cannot find the file `my odd name`.");
});
