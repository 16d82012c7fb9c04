/** Which files hold keys, logins or histories, ours and those of other programs, on all systems. */
import { join, resolve, sep } from "node:path";
import { configHomeOf, PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import type { Home } from "./home.ts";
import { isInside, realPath } from "./paths.ts";

/** Files in the home folder that hold the token, sessions and secrets, with their copies. */
const OWN_FILES = ["sessions.json", "project_sessions.json", "webhooks.json"];

/**
 * Folders and files below a user's home, also in another user's. Those of the agents' CLIs are in
 * the table of providers.
 */
const STORES = [
  // Keys
  ...[".ssh", ".gnupg", ".putty", ".password-store", ".age", ".config/age", ".config/sops"],
  ...[
    ".local/share/keyrings",
    ".gnome2/keyrings",
    ".local/share/kwalletd",
    ".kde/share/apps/kwallet",
  ],
  ...["Library/Keychains", ".pki", ".minisign", ".sigstore"],
  // Password managers
  ...[
    ".config/op",
    ".config/1Password",
    ".1password",
    ".config/Bitwarden",
    ".config/Bitwarden CLI",
  ],
  ...[".config/keepassxc", ".config/lpass", ".lpass", ".config/enpass", ".config/dashlane-cli"],
  ...["Library/Application Support/1Password", "Library/Application Support/Bitwarden"],
  ...["Library/Application Support/Bitwarden CLI", "AppData/Local/1Password"],
  ...["AppData/Roaming/Bitwarden", "AppData/Roaming/Bitwarden CLI", "AppData/Roaming/KeePass"],
  // Clouds
  ...[".aws", ".azure", ".config/gcloud", "AppData/Roaming/gcloud", ".kube", ".minikube", ".oci"],
  ...[".docker", ".config/containers", ".config/helm", ".terraform.d", ".terraformrc", ".pulumi"],
  ...[".config/doctl", ".config/heroku", ".config/netlify", ".netlify", ".config/fly", ".fly"],
  ...[".wrangler", ".config/.wrangler", ".vercel", ".local/share/com.vercel.cli", ".config/hcloud"],
  ...[
    ".config/scw",
    ".config/linode-cli",
    ".config/ngrok",
    ".ngrok2",
    ".cloudflared",
    ".databricks",
  ],
  ...[".databrickscfg", ".snowflake", ".config/rclone", ".rclone.conf", "AppData/Roaming/rclone"],
  ...[".config/restic", ".config/borg", ".vault-token", ".config/infisical", ".doppler"],
  // Code and packages
  ...[".config/gh", "AppData/Roaming/GitHub CLI", ".config/glab-cli", "AppData/Local/glab-cli"],
  ...[".config/hub", ".config/git/credentials", ".config/tea", ".config/github-copilot"],
  ...[".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".bundle/config"],
  ...[".m2/settings.xml", ".m2/settings-security.xml", ".gradle/gradle.properties", ".sbt"],
  ...[".composer/auth.json", ".config/composer/auth.json", ".nuget/NuGet", ".config/NuGet"],
  ...[
    ".config/pypoetry",
    ".config/pip",
    ".pip",
    ".yarnrc.yml",
    ".config/configstore",
    ".bunfig.toml",
  ],
  // Models and other agents
  ...[".gemini", ".qwen", ".config/opencode", ".local/share/opencode", ".cursor/mcp.json"],
  ...[".config/anthropic", ".config/openai", ".cache/huggingface/token", ".huggingface", ".ollama"],
  // Mail and chats
  ...[
    ".thunderbird",
    "Library/Thunderbird",
    "AppData/Roaming/Thunderbird",
    ".msmtprc",
    ".config/msmtp",
  ],
  ...[".mbsyncrc", ".fetchmailrc", ".offlineimaprc", ".mutt", ".config/mutt", ".config/neomutt"],
  ...[".local/share/TelegramDesktop", "AppData/Roaming/Telegram Desktop", ".config/Signal"],
  ...["Library/Application Support/Telegram Desktop", "Library/Application Support/Signal"],
  ...["AppData/Roaming/Signal", ".config/Slack", ".config/discord", ".config/Element"],
  ...[
    "Library/Application Support/Slack",
    "Library/Application Support/discord",
    "Library/Messages",
  ],
  ...["AppData/Roaming/Slack", "AppData/Roaming/discord", ".purple", ".weechat", ".config/weechat"],
  // Networks
  ...[
    ".config/openvpn",
    ".config/protonvpn",
    ".config/Mullvad VPN",
    ".config/forticlient",
    ".cisco",
  ],
  ...[".config/wireguard", ".config/tailscale", "Library/Application Support/Tunnelblick"],
  ...["AppData/Roaming/OpenVPN", "OpenVPN/config", ".config/remmina", ".local/share/remmina"],
  // Browsers
  ...[".mozilla", ".config/google-chrome", ".config/google-chrome-beta", ".config/chromium"],
  ...[".config/BraveSoftware", ".config/microsoft-edge", ".config/vivaldi", ".config/opera"],
  ...[".librewolf", ".config/zen", ".zen", "snap/firefox", "snap/chromium", "Library/Safari"],
  ...[
    "Library/Cookies",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Arc",
  ],
  ...["Library/Application Support/Chromium", "Library/Application Support/BraveSoftware"],
  ...["Library/Application Support/Microsoft Edge", "Library/Application Support/Vivaldi"],
  ...["Library/Application Support/Firefox", "Library/Application Support/com.operasoftware.Opera"],
  ...["AppData/Roaming/Mozilla", "AppData/Local/Google/Chrome/User Data", "AppData/Local/Vivaldi"],
  ...["AppData/Local/Chromium/User Data", "AppData/Local/Microsoft/Edge/User Data"],
  ...["AppData/Local/BraveSoftware", "AppData/Roaming/Opera Software"],
  // Editors, desktops, what was typed
  ...[".config/Code/User/globalStorage", "Library/Application Support/Code/User/globalStorage"],
  ...["AppData/Roaming/Code/User/globalStorage", ".local/share/DBeaverData", ".config/JetBrains"],
  ...["AppData/Roaming/Microsoft/Credentials", "AppData/Roaming/Microsoft/Protect"],
  ...["AppData/Local/Microsoft/Credentials", "AppData/Local/Microsoft/Vault"],
  ...["AppData/Roaming/Microsoft/Vault", "AppData/Roaming/Microsoft/Crypto", ".local/share/atuin"],
  ...[".local/share/mcfly", ".config/nushell/history.txt", ".config/nushell/history.sqlite3"],
  ...[".ipython", ".local/share/jupyter/runtime", ".jupyter", ".zsh_sessions", ".bash_sessions"],
  ...[".local/share/xonsh", ".config/pgcli", ".config/mycli", ".config/litecli", ".julia/logs"],
  // Money
  ...[".bitcoin", ".ethereum", ".electrum", ".config/solana", ".bitmonero", ".config/Exodus"],
  ...PROVIDER_NAMES.map((name) => PROVIDERS[name].configHome)
    .filter(({ elsewhere }) => elsewhere === "private").map(({ folder }) => folder),
];

/** The same, as they stand in a path. */
const IN_PATH = STORES.map((store) => `/${store.toLowerCase()}/`);

/** Folders that are private wherever they are, and places of the system; in lower case. */
const PLACES = [
  /\/(?:keyrings|keychains|kwalletd|gcloud|\.terraform\.d)\//,
  /\/\.var\/app\/[^/]*(?:firefox|chrom|brave|vivaldi|thunderbird|telegram|signal|bitwarden|keepass)[^/]*\//,
  /\/group containers\/[^/]*(?:telegram|1password|bitwarden)[^/]*\//,
  /^\/(?:private\/)?etc\/(?:ssl\/private|wireguard|openvpn|sudoers|ssh\/ssh_host_|krb5\.keytab)/,
  /^\/(?:private\/)?etc\/(?:networkmanager\/system-connections|wpa_supplicant|ppp|master\.passwd)/,
  /^\/(?:run\/secrets|var\/run\/secrets|run\/credentials|var\/lib\/tailscale|var\/lib\/docker)\//,
  /^\/(?:root\/)?anaconda-ks\.cfg\/|\/windows\/system32\/config\//,
];

const NAMES = [
  /^\.env(?!\.(?:example|sample|template)$)(?:$|\.|rc$)|\.env$|^\.dev\.vars/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)|_(?:rsa|ed25519)$/,
  /\.(?:pem|p12|pfx|ppk|jks|kdbx|keystore|keytab|ovpn|agekey|mobileconfig|rdp)$/,
  /(?:^|[._-])(?:priv|private|privkey|server|client|tls|ssl|host|signing)[\w.-]*\.key$|^wg\d+\.conf$/,
  /^\.(?:netrc|npmrc|pypirc|pgpass|git-credentials|credentials\.json|claude\.json|authinfo)/,
  /^\.(?:boto|s3cfg|my\.cnf|mylogin\.cnf|vault-token|htpasswd|dockercfg|rclone\.conf|k5login)$/,
  /^(?:_netrc|rclone\.conf|pgpass\.conf|wallet\.dat|credentials\.tfrc\.json)$/,
  /^(?:application_default_)?credentials(?:-config)?\.(?:json|ya?ml|toml|ini)$|^client_secret.*\.json$/,
  /^secrets?\.(?:json|ya?ml|toml|env)$|^service[-_]account.*\.json$|^terraform\.tfstate/,
  // What was typed into shells, programs and databases, with the passwords in it
  /^\.[\w.-]+_hist(?:ory)?(?:$|\.|-)|^\.(?:zhistory|histfile|rhistory|lesshst|viminfo|dbshell)$/,
  /^(?:(?:fish|ghci|xonsh|node_repl|python|bash|zsh)_history|consolehost_history\.txt|history\.sqlite)$/,
  /^(?:cookies$|cookies\.(?:sqlite|binarycookies)|logins\.json|key[34]\.db|login data.*|web data|signons\.sqlite)/,
  /^(?:authorized_keys|known_hosts|shadow-?|gshadow-?|krb5cc_.*)$/,
];

/** Entries that are looked at to find out what a link leads to. */
const MOST = 50_000;

/** Whether a file, by its real path or one of its other names, is not to leave the computer. */
export async function isPrivateFile(real: string, info: Deno.FileInfo, home: Home) {
  return await isPrivate(real, home) || await isLinkToPrivate(info, home);
}

async function isPrivate(real: string, home: Home): Promise<boolean> {
  // Lower case throughout: on some file systems it makes no difference, elsewhere it does no harm.
  const path = real.toLowerCase();
  const inside = async (folder: string) =>
    isInside(path, (await realPath(folder).catch(() => folder)).toLowerCase());
  for (const folder of [home.configDir, home.stateDir, home.logsDir]) {
    if (await inside(folder)) return true;
  }
  const root = await realPath(home.root).catch(() => home.root);
  for (const file of OWN_FILES) {
    if (path.startsWith((root + sep + file).toLowerCase())) return true;
  }
  for (const name of PROVIDER_NAMES) {
    const folder = configHomeOf(name, home.userHome);
    if (folder !== undefined && await inside(folder)) return true;
  }
  const names = path.split(sep);
  if (["proc", "sys", "dev"].includes(names[1] ?? "") && names[0] === "") return true;
  const slashed = `${path.replaceAll(sep, "/")}/`;
  return IN_PATH.some((store) => slashed.includes(store)) ||
    PLACES.some((pattern) => pattern.test(slashed)) ||
    NAMES.some((pattern) => pattern.test(names.at(-1)!));
}

/**
 * Whether a file is a private one under another name: a hard link to it. Looked for where this
 * user's keys are; only a file with several names is worth that.
 */
async function isLinkToPrivate({ nlink, dev, ino }: Deno.FileInfo, home: Home): Promise<boolean> {
  if (!ino || (nlink ?? 1) < 2) return false;
  const user = home.userHome;
  const flat = [home.root, ...user === undefined ? [] : [user, join(user, ".config")]];
  const deep = [
    ...[home.configDir, home.stateDir, home.logsDir],
    ...PROVIDER_NAMES.flatMap((name) => configHomeOf(name, user) ?? []),
    ...user === undefined ? [] : STORES.map((store) => resolve(user, store)),
  ];
  const same = (info: Deno.FileInfo | undefined) => info?.ino === ino && info.dev === dev;
  for (const folder of flat) {
    for await (const path of filesIn(folder, { left: MOST }, false)) {
      const info = await Deno.lstat(path).catch(() => undefined);
      if (same(info) && await isPrivate(path, home)) return true;
    }
  }
  const limit = { left: MOST };
  for (const store of new Set(deep)) {
    for await (const path of filesIn(store, limit, true)) {
      if (same(await Deno.lstat(path).catch(() => undefined))) return true;
    }
  }
  return false;
}

/** The path itself, if it is a file, and the files below it; links are not followed. */
async function* filesIn(
  path: string,
  limit: { left: number },
  deep: boolean,
): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(path)).catch(() => undefined);
  if (!entries) yield path;
  for (const { name, isFile, isDirectory } of entries ?? []) {
    if (limit.left-- <= 0) return;
    if (isFile) yield join(path, name);
    else if (isDirectory && deep) yield* filesIn(join(path, name), limit, deep);
  }
}
