/** The issue that the nightly run keeps, with a `gh` that only writes down what it was asked. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { TempFolder } from "./support/temp_folder.ts";

const SCRIPT = fileURLToPath(new URL("../.ci/nightly-issue", import.meta.url));

function nightlyTest(
  name: string,
  fn: (run: (result: string, open: string, log?: string) => Promise<string>) => Promise<void>,
) {
  Deno.test({
    name: `nightly issue: ${name}`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using temp = await TempFolder.make();
      const fake = `#!/bin/sh\necho "$*" >> ${
        temp.at("asked")
      }\ncase "$*" in *--jq*) echo $OPEN;; esac\n`;
      await Deno.writeTextFile(temp.at("gh"), fake, { mode: 0o755 });
      await fn(async (result, open, log) => {
        await Deno.writeTextFile(temp.at("asked"), "");
        if (log !== undefined) await Deno.writeTextFile(temp.at("log"), log);
        const { success, stderr } = await new Deno.Command("bash", {
          args: [SCRIPT, result, temp.at("log")],
          clearEnv: true,
          env: {
            PATH: `${temp.path}:/usr/bin:/bin`,
            OPEN: open,
            GITHUB_REPOSITORY: "ann/ductor",
            RUN_URL: "https://run",
          },
        }).output();
        assert.ok(success, new TextDecoder().decode(stderr));
        const [, ...asked] = (await Deno.readTextFile(temp.at("asked"))).trim()
          .split(/^(?=api )/m);
        return asked.join("");
      });
    },
  });
}

const LOG = "CLIs: newest claude 9.9.9, codex 9.9.9; oldest claude 2.1.197, codex 0.169.0\n" +
  "claude 9.9.9: a picture ... FAILED (3s)\nclaude 9.9.9: a text ... ok (3s)\n";

nightlyTest("while all is well nothing is asked for", async (run) => {
  assert.equal(await run("success", ""), "");
});

nightlyTest("what fails opens one, which names the CLIs and the tests", async (run) => {
  const asked = await run("failure", "", LOG);
  assert.match(asked, /^api repos\/ann\/ductor\/issues -f title=/);
  assert.match(asked, /claude 9\.9\.9, codex[^]*a picture \.\.\. FAILED/);
  assert.doesNotMatch(asked, /a text/);
});

nightlyTest("the next night changes it, and what passes again closes it", async (run) => {
  assert.match(await run("failure", "7", LOG), /^api -X PATCH \S+issues\/7 -f body=/);
  assert.match(
    await run("success", "7"),
    /issues\/7\/comments -f body=It passes again: https:\/\/run\n[^]*issues\/7 -f state=closed/,
  );
});

nightlyTest("without a log it says so", async (run) => {
  assert.match(await run("failure", ""), /could not be installed[^]*No test failed by name/);
});
