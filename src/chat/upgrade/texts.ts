/** What is said about new versions. Markdown. */
import type { Step } from "../../update/upgrade.ts";

export const texts = {
  description: "Look for a newer version",
  offer: (version: string, now: string) =>
    `**ductor ${version}** is available; this is ${now}. Upgrading restarts ductor; answers that ` +
    "are being written finish first.",
  buttons: { whatIsNew: "What is new", upgrade: "Upgrade", later: "Later" },
  newest: (version: string) => `ductor ${version} is the newest version.`,
  newestAlready: (version: string) => `ductor ${version} is already the newest version.`,
  later: (version: string) => `Version ${version}: later. \`/upgrade\` has it whenever you like.`,
  noNotes: (version: string) => `No changelog was found for ${version}.`,
  looking: "Looking for the release…",
  inPlace: (version: string) => `Version ${version} is in place. Restarting…`,
  upgraded: (version: string, before: string) =>
    `✅ ductor is now version **${version}** (was ${before}).`,
  notUpgraded: (wanted: string, version: string, cause = "another program was started") =>
    `⚠️ The upgrade to ${wanted} did not work: ${cause}. Version **${version}** is running; ` +
    "nothing is lost. `ductor logs` says more.",
  failed: (error: unknown) => `⚠️ ${told(error)}.`,
  noUpgrade: (error: unknown) => `⚠️ No upgrade: ${told(error)}.`,
  toasts: {
    decided: "Already decided.",
    running: "An upgrade is running already.",
  },
} as const;

/** One line about how far an upgrade is. */
export function progressText(step: Step, version: string): string {
  switch (step.step) {
    case "download": {
      const done = megabytes(step.done);
      if (step.all === undefined) return `Downloading ${version}: ${done} MB`;
      const percent = Math.floor(step.done / step.all * 100);
      return `Downloading ${version}: ${percent} % of ${megabytes(step.all)} MB`;
    }
    case "check":
      return `Downloaded ${version}; the signature is good. Trying it out…`;
    case "replace":
      return `Putting ${version} in place…`;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);
}

function told(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
