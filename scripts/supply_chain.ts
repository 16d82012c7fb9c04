/**
 * What goes into the executable from npm: each package with its version and licence, checked against
 * deno.lock and the licences we may pass on, and written to docs/licenses.md.
 *
 * ```sh
 * deno run -A scripts/supply_chain.ts           # write it
 * deno run -A scripts/supply_chain.ts --check   # fail when something is not as it says
 * ```
 */
import { fileURLToPath } from "node:url";
import { type Package, packagesIn } from "./licenses.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
export const LICENSES_DOC = new URL("../docs/licenses.md", import.meta.url);

/** Those that ask for no more than their text, which every release has in THIRD_PARTY_LICENSES. */
export const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

/** As much of deno.lock as is looked at. */
export interface Lock {
  npm: Record<string, { integrity?: string }>;
}

/** What is wrong, a line each. */
export function problemsOf(packages: readonly Package[], lock: Lock): string[] {
  return packages.flatMap(({ name, version, license }) => {
    const id = `${name}@${version}`;
    // Behind an underscore a key says with which peers.
    const locked = Object.entries(lock.npm).find(([key]) => key === id || key.startsWith(`${id}_`));
    return [
      ...locked?.[1].integrity ? [] : [`${id}: deno.lock has no hash of it. Run: deno install`],
      ...license !== undefined && ALLOWED.includes(license) ? [] : [
        `${id}: its licence is ${license ?? "not stated"}, expected one of ${
          ALLOWED.join(", ")
        }. ` +
        "Take another package, or read the licence and add it in scripts/supply_chain.ts",
      ],
    ];
  });
}

/** The page, but for the widths that `deno fmt` gives the table. */
export function licensesDoc(packages: readonly Package[]): string {
  const rows = packages.map(({ name, version, license }) =>
    `| \`${name}\` | ${version} | ${license} |`
  );
  return `# Packages in the executable

<!-- Made by scripts/supply_chain.ts. Change it there. -->

${packages.length} packages from npm are in the program; their hashes are in \`deno.lock\`. Their
licences in full are in \`THIRD_PARTY_LICENSES\` of each release. \`deno task check\` fails when a
package is added, has no hash, or has a licence other than ${ALLOWED.join(", ")}.

| package | version | licence |
|---|---|---|
${rows.join("\n")}
`;
}

/** `deno fmt` sets line breaks of paragraphs and the widths of tables. */
const loose = (text: string) =>
  text.replaceAll(/-{3,}/g, "---").replaceAll(/ *\| */g, "|").replaceAll(/\s+/g, " ");

if (import.meta.main) {
  const packages = await packagesIn(ROOT);
  const problems = problemsOf(
    packages,
    JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`)),
  );
  const doc = licensesDoc(packages);
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(LICENSES_DOC, doc);
  else if (loose(doc) !== loose(await Deno.readTextFile(LICENSES_DOC).catch(() => ""))) {
    problems.push(
      "docs/licenses.md: says something else than what goes in. Run: " +
        "deno run -A scripts/supply_chain.ts && deno fmt docs/licenses.md",
    );
  }
  // deno-lint-ignore no-console -- a script
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
}
