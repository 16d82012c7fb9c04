/**
 * docs/installation.md, followed word by word on a machine with a real systemd: every block of shell
 * commands in the page is run, one after the other, as somebody would who reads it. What would come
 * from the network comes from loopback.
 */
import assert from "node:assert/strict";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { installedClis } from "../contract/cases.ts";
import { until } from "../support/processes.ts";
import { RealSystemd, whyNoSystemd } from "../support/real_systemd.ts";
import { ReleaseBench, whyNoCompile } from "../support/release_bench.ts";
import { TempFolder } from "../support/temp_folder.ts";

const missing = whyNoCompile() ?? await whyNoSystemd();
const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;

const page = await Deno.readTextFile(new URL("../../docs/installation.md", import.meta.url));

/** The shell blocks of the page, each with the heading it stands under. */
const blocks = page.split(/^## /m).flatMap((section) =>
  [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => ({
    heading: section.split("\n")[0]!,
    text: text!,
  }))
);

/** As root of a machine that may have neither `sudo` nor `machinectl`. */
const AS_ADMIN = `
sudo() { "$@"; }
machinectl() {
  [ "$*" = "shell ductor@" ]
  su - ductor -c 'XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user show-environment' >/dev/null
}
`;

Deno.test({
  name: `docs/installation.md does what it says, block by block${skipped}`,
  ignore: missing !== undefined,
  fn: async (t) => {
    await using server = await BotApiServer.start();
    const alice = server.user({ id: 4711, first_name: "Alice" });
    await using bench = await ReleaseBench.start();
    await bench.build("release", "1.0.0");
    await using temp = await TempFolder.make();
    // What is handed in has to be readable for ann.
    await Deno.chmod(temp.path, 0o755);
    await Deno.copyFile(bench.at("release", "install.sh"), temp.at("install.sh"));
    await Deno.writeTextFile(
      temp.at("config.json"),
      JSON.stringify({ telegram_api_root: server.apiRoot, update: { check: false } }),
    );
    await using systemd = await RealSystemd.boot(temp.path);
    // What the page takes for granted: a CLI, a script from a release; and where Telegram is.
    const [claude] = installedClis("claude");
    await systemd.ann(
      `cp ${temp.at("install.sh")} .; mkdir -p ~/tools ~/.local/bin; ` +
        `install -D -m 600 ${temp.at("config.json")} ~/.ductor/config/config.json; ` +
        (claude
          ? `ln -s ${claude.path} ~/.local/bin/claude`
          : "printf '#!/bin/sh\\necho 2.1.331\\n' >~/.local/bin/claude; chmod +x ~/.local/bin/claude"),
    );

    /** What a reader puts in for an example, or would be asked on a terminal. */
    const own = (text: string) =>
      text.replace(/--token \S+/, `--token ${server.token}`).replace(
        /^ductor uninstall$/m,
        "$& --yes",
      );
    const inside: Record<string, string> = { DUCTOR_INSTALL_URL: bench.url("release") };
    /** How it is seen that a block under this heading has done what the page says of it. */
    const seen: Record<string, () => Promise<void>> = {
      "The program": async () => assert.equal(await systemd.ann("ductor --version"), "1.0.0"),
      "Set-up": async () => {
        alice.send("/info");
        const answer = () => server.messages(4711).some(({ text }) => text?.startsWith("ductor 1"));
        await until(answer, () => systemd.root("journalctl --no-pager -n 40 _UID=$(id -u ann)"));
      },
      "As a service": async () =>
        assert.equal(
          await systemd.ann("systemctl --user list-unit-files -q ductor.service || :"),
          "",
        ),
      "Keys, proxies and other variables": async () => {
        assert.match(await systemd.ann("cat ~/.ductor/.env"), /^ANTHROPIC_API_KEY=.*sk-ant-1/m);
        assert.equal(await systemd.ann("stat -c %a ~/.ductor/.env"), "600");
      },
      "On a server (VPS)": async () =>
        assert.equal(await systemd.root("loginctl show-user ductor -P Linger"), "yes"),
      "Removing it": async () =>
        assert.equal(await systemd.ann("ls -d ~/.ductor ~/.local/bin/ductor 2>/dev/null || :"), ""),
    };
    assert.deepEqual([...new Set(blocks.map(({ heading }) => heading))], Object.keys(seen));

    for (const [n, { heading, text }] of blocks.entries()) {
      await t.step(`${heading}: ${text.trim().split("\n")[0]}`, async () => {
        const file = temp.at(`block-${n}.sh`);
        const admin = text.includes("sudo ");
        const set = Object.entries(inside).map(([name, value]) => `export ${name}='${value}'\n`);
        await Deno.writeTextFile(file, `${set.join("")}${admin ? AS_ADMIN : ""}${own(text)}`);
        if (admin) await systemd.root(`yes '' | bash -e ${file}`);
        else await systemd.ann(`echo sk-ant-1 | bash -e ${file}`);
        await seen[heading]!();
      });
    }
  },
});
