/** Every kind of thing the bot does, by the real CLIs, within the permissions of its thread. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { findCli } from "../contract/cases.ts";
import { Elsewhere, whyNoElsewhere } from "../support/elsewhere.ts";
import { freePort } from "../support/free_port.ts";
import { type Machine, withMachine } from "../support/living.ts";
import { ModelServer } from "../support/model_server.ts";
import { MARK, marked, until } from "../support/processes.ts";
import { programs } from "../support/program.ts";

const clis = [findCli("claude"), findCli("codex")].filter((cli) => cli !== undefined);
const missing = clis.length < 2 ? "no claude and codex" : whyNoElsewhere;

const said = ({ server }: Machine) => server.messages(7).map(({ text }) => text ?? "").join("\n");
const heard = (m: Machine, what: RegExp) =>
  until(() => what.test(said(m)), () => `${what} in:\n${said(m)}`);

for (const program of programs()) {
  Deno.test({
    name:
      `within permissions (${program.label}): chats with both CLIs, jobs, hooks, files, skills, ` +
      `voice${missing === undefined ? "" : ` (skipped: ${missing})`}`,
    ignore: missing !== undefined,
    fn: () =>
      withMachine(program, async (m) => {
        await using model = await ModelServer.start();
        await using voices = Deno.serve(
          { hostname: "127.0.0.1", port: 0, onListen() {} },
          () => Response.json({ text: "words that were spoken", language: "en" }),
        );
        await using openai = new Elsewhere(`http://127.0.0.1:${voices.addr.port}`);
        const me = m.env.HOME!;
        const mark = crypto.randomUUID();
        const sleeping = async () => (await marked(mark)).filter((line) => / tail -f/.test(line));
        Object.assign(m.env, model.claudeEnv(me), await model.codexEnv(me), {
          PATH: `${clis.map(dirname).join(":")}:${Deno.env.get("PATH")}`,
          OPENAI_API_KEY: "sk-test",
          OPENAI_BASE_URL: `${openai.url}/v1`,
          // Deno passes such a thing on only when a child may be anything.
          LD_LIBRARY_PATH: "/nowhere",
          [MARK]: mark,
        });
        const port = freePort();
        await m.configure({
          provider: "claude",
          webhooks: { enabled: true, port },
        });
        await Deno.mkdir(`${me}/.claude`, { recursive: true });
        await Deno.mkdir(`${m.home.workspaceDir}/skills/mine`, { recursive: true });
        await Deno.writeTextFile(`${m.home.workspaceDir}/skills/mine/SKILL.md`, "# Mine");
        await m.start("start");

        m.alice.send("run: echo from-$LD_LIBRARY_PATH");
        await heard(m, /from-\/nowhere/);
        const skill = await Deno.realPath(`${me}/.claude/skills/mine`);
        assert.equal(skill, await Deno.realPath(`${m.home.workspaceDir}/skills/mine`));

        m.alice.send(
          "run: echo made > output_to_user/made.txt; ductor send --file output_to_user/made.txt",
        );
        await until(
          () => m.server.messages(7).some(({ document }) => document?.file_name === "made.txt"),
          "the file",
        );
        m.alice.sendFile({
          kind: "document",
          bytes: new TextEncoder().encode("given"),
          file_name: "given.txt",
        });
        await until(
          () => model.requests.some(({ text }) => text.includes("given.txt")),
          "the file in a question",
        );
        m.alice.sendFile({
          kind: "voice",
          bytes: new Uint8Array(100),
          mime_type: "audio/ogg",
          duration: 1,
        });
        await until(
          () => model.requests.some(({ text }) => text.includes("words that were spoken")),
          "the spoken words in a question",
        );

        m.alice.send(
          "run: ductor cron add --schedule '0 9 * * *' --title Tidy --instruction 'Say tidied.' " +
            "--precheck 'echo checked'",
        );
        await until(
          () =>
            Deno.readTextFile(m.home.cronJobsFile).then(
              (text) => text.includes("Tidy"),
              () => false,
            ),
          "the job",
        );
        const job = await m.run("cron", "run", "tidy", "--wait");
        assert.equal(job.code, 0, job.stdout + job.stderr);

        const added = await m.run(
          "webhook",
          "add",
          "bell",
          "--title",
          "Bell",
          "--prompt",
          "Say ding.",
        );
        assert.equal(added.code, 0, added.stdout + added.stderr);
        const rung = await m.run("webhook", "test", "bell");
        assert.equal(rung.code, 0, rung.stdout + rung.stderr);
        await until(() => /Bell/.test(said(m)), () => said(m));

        m.alice.send("run: tail -f /dev/null & tail -f /dev/null");
        await until(async () => (await sleeping()).length >= 2, "the processes");
        m.alice.send("/stop");
        await until(async () => (await sleeping()).length === 0, "their end");

        m.alice.send("@gpt-5.5 run: echo by-codex-$((40 + 2))");
        await heard(m, /by-codex-42/);
        assert.ok(model.requests.some(({ api }) => api === "openai"));

        const log = await Deno.readTextFile(m.home.logFile);
        assert.doesNotMatch(log, /NotCapable|Requires \w+ access|may start only/);
        await m.run("stop");
      }),
  });
}
