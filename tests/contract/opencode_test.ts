/** The real OpenCode through the Agent Client Protocol, as ductor uses it. */

import { acpContract } from "./acp.ts";

acpContract({
  name: "opencode",
  package: "opencode-ai",
  env: (server, home) => server.opencodeEnv(home),
  keepsFailures: true,
  models: {
    first: ["anthropic/claude-sonnet-4-5", /claude-sonnet-4-5/],
    second: ["anthropic/claude-haiku-4-5", /claude-haiku-4-5/],
    unknown: "anthropic/no-such-model",
  },
  notHere: {
    "a used-up subscription is told with the time of its end": "it has no subscription of its own",
    "K1.7 a text whose stream breaks off is withdrawn, and said anew":
      "it repeats the text under the same id, so nobody can tell the second from the first",
  },
});
