/**
 * The variables that the agents, and ductor with them, need to reach and name their services. Who
 * sets one in a shell profile misses it in a service; so these are looked for, and taken over.
 */

interface Kind {
  names: RegExp;
  /** Its values are secrets. */
  secret?: true;
  /** Its value is the path of a file or folder that whoever gets it has to read. */
  path?: true;
  /** What it says is true on this machine only, not in the sandbox. */
  here?: true;
  /** Nobody in the sandbox needs it unless this one is set: it opens more than a model service. */
  with?: string;
}

const KINDS: readonly Kind[] = [
  {
    names:
      /^(ANTHROPIC_(API_KEY|AUTH_TOKEN|CUSTOM_HEADERS|FOUNDRY_API_KEY|FOUNDRY_AUTH_TOKEN)|CLAUDE_CODE_OAUTH_TOKEN|CLAUDE_CODE_CLIENT_KEY_PASSPHRASE|OPENAI_API_KEY|CODEX_API_KEY|CODEX_ACCESS_TOKEN|AZURE_OPENAI_API_KEY)$/,
    secret: true,
  },
  {
    names: /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|BEARER_TOKEN_BEDROCK)$/,
    secret: true,
    with: "CLAUDE_CODE_USE_BEDROCK",
  },
  { names: /^(ANTHROPIC|CLAUDE_CODE_USE|CLAUDE_CODE_SKIP|VERTEX_REGION)_[A-Z0-9_]+$/ },
  { names: /^OPENAI_(BASE_URL|API_BASE|ORGANIZATION|ORG_ID|PROJECT)$/ },
  { names: /^(AWS_(DEFAULT_)?REGION|CLOUD_ML_REGION|GOOGLE_CLOUD_PROJECT|GCLOUD_PROJECT)$/ },
  {
    names: /^(AWS_PROFILE|CLAUDE_CONFIG_DIR|CODEX_HOME|WHISPER_MODEL|DENO_CERT|DENO_TLS_CA_STORE)$/,
    here: true,
  },
  { names: /^AWS_(CONFIG|SHARED_CREDENTIALS)_FILE$/, path: true, with: "CLAUDE_CODE_USE_BEDROCK" },
  {
    names: /^GOOGLE_APPLICATION_CREDENTIALS$/,
    path: true,
    with: "CLAUDE_CODE_USE_VERTEX",
  },
  { names: /^(HTTPS?|NO|ALL)_PROXY$/i },
  {
    names:
      /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|CODEX_CA_CERTIFICATE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|CLAUDE_CODE_CLIENT_(CERT|KEY))$/,
    path: true,
  },
];

/** Whether it is one of those that a service should have when a shell has it. */
export function isKnown(name: string): boolean {
  return kindOf(name) !== undefined;
}

/** Whether the agents in the sandbox need it, as things stand in `env`. */
export function isForSandbox(name: string, env: Readonly<Record<string, string>>): boolean {
  const kind = kindOf(name);
  return kind !== undefined && !kind.here && (kind.with === undefined || Boolean(env[kind.with]));
}

/** Whether its value names a file or folder that whoever gets it has to read. */
export function isPath(name: string): boolean {
  return kindOf(name)?.path ?? false;
}

/** Whether ductor itself looks at it, which it does at its start. */
export function countsFromStart(name: string): boolean {
  return /^(HTTPS?|NO|ALL)_PROXY$|^(DENO|DOCKER)_/i.test(name) ||
    ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"].includes(name);
}

/** Whether a value must not be shown: of what is not known, anything may be meant. */
export function isSecret(name: string, value: string): boolean {
  const kind = kindOf(name);
  // A proxy's address may have a password in it.
  return kind === undefined || kind.secret === true || /\/\/[^/@]*@/.test(value);
}

/** What is shown of a value. */
export function masked(name: string, value: string): string {
  if (value === "" || !isSecret(name, value)) return value;
  return `…${value.length > 12 ? value.slice(-4) : ""}`;
}

/** Those of an environment that are {@link isKnown}, and have a value. */
export function knownOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => isKnown(name) && value !== ""),
  );
}

function kindOf(name: string): Kind | undefined {
  return KINDS.find(({ names }) => names.test(name));
}
