import assert from "node:assert/strict";
import { isForSandbox, isKnown, masked } from "./known_variables.ts";

Deno.test("K4.1 known variables: what a service misses is known, what a shell has anyway is not", () => {
  const names = "ANTHROPIC_API_KEY ANTHROPIC_BASE_URL CLAUDE_CODE_OAUTH_TOKEN OPENAI_API_KEY " +
    "HTTPS_PROXY no_proxy CLAUDE_CONFIG_DIR CODEX_HOME CLAUDE_CODE_USE_BEDROCK AWS_REGION " +
    "AWS_BEARER_TOKEN_BEDROCK CLAUDE_CODE_USE_VERTEX VERTEX_REGION_CLAUDE_3_5_HAIKU " +
    "GOOGLE_APPLICATION_CREDENTIALS CLAUDE_CODE_USE_FOUNDRY ANTHROPIC_FOUNDRY_API_KEY " +
    "NODE_EXTRA_CA_CERTS WHISPER_MODEL";
  for (const name of names.split(" ")) assert.ok(isKnown(name), name);
  for (
    const name of ["PATH", "HOME", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT", "NODE_OPTIONS"]
  ) assert.ok(!isKnown(name), name);
});

Deno.test("K4.1 known variables: the sandbox gets what its agents need, and no keys to other things", () => {
  const gets = (name: string, env = {}) => isForSandbox(name, env);
  assert.ok(gets("ANTHROPIC_API_KEY") && gets("HTTPS_PROXY") && gets("AWS_REGION"));
  assert.ok(!gets("MINE") && !gets("CODEX_HOME"));
  assert.ok(!gets("AWS_SECRET_ACCESS_KEY") && !gets("GOOGLE_APPLICATION_CREDENTIALS"));
  assert.ok(gets("AWS_SECRET_ACCESS_KEY", { CLAUDE_CODE_USE_BEDROCK: "1" }));
});

Deno.test("K4.1 known variables: no secret is shown, nor what may be one", () => {
  assert.equal(masked("ANTHROPIC_API_KEY", "sk-ant-0123456789"), "…6789");
  assert.equal(masked("MINE", "short"), "…");
  assert.equal(masked("HTTPS_PROXY", "http://me:word@proxy:3128"), "…3128");
  assert.equal(masked("HTTPS_PROXY", "http://proxy:3128"), "http://proxy:3128");
});
