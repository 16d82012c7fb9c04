/**
 * Turns that Claude Code begins by itself, against the real CLI in every installed generation: K1.1,
 * K1.3, K1.6 as far as the session goes.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { AgentEvent, AgentSession, WokenTurn } from "../../src/agents/agent.ts";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { backgroundBrain, type BackgroundScript } from "../support/background_brain.ts";
import { ModelServer } from "../support/model_server.ts";
import { until } from "../support/processes.ts";
import { installedClis } from "./cases.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { nothingRuns, open, type Subject, turn } from "./subject.ts";

type Bench = Prepared & Subject & { server: ModelServer; release(): Promise<void> };

function backgroundTest(
  name: string,
  script: BackgroundScript,
  fn: (bench: Bench) => Promise<void>,
) {
  const clis = installedClis("claude");
  for (const { label, path } of clis.length > 0 ? clis : [{ label: "claude", path: "" }]) {
    Deno.test({
      name: `${label}: ${name}`,
      ignore: path === "",
      async fn() {
        await using server = await ModelServer.start({ brain: backgroundBrain(script) });
        await using prepared = await prepare();
        const env = { ...prepared.spec.env, ...server.claudeEnv(prepared.home) };
        const bench = {
          ...prepared,
          server,
          agent: new ClaudeAgent({ launcher: new HostLauncher(), command: path, env }),
          spec: { ...prepared.spec, env },
          release: () => Deno.writeTextFile(join(prepared.folder, "release"), ""),
        } as unknown as Bench;
        await fn(bench);
        await Promise.all(bench.sessions.map((session) => session.close()));
        await nothingRuns(bench);
      },
    });
  }
}

/** The next turn the session begins by itself, and all its events. */
async function wokenTurn(
  session: AgentSession,
  on: (event: AgentEvent, turn: WokenTurn) => unknown = () => {},
): Promise<AgentEvent[]> {
  for await (const woken of session.background!.woken) {
    const events: AgentEvent[] = [];
    for await (const event of woken.events) {
      events.push(event);
      await on(event, woken);
    }
    return events;
  }
  throw new Error("the session ended without a woken turn");
}

const textOf = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => event.type === "text" && !event.parent ? event.text : []).join("");

backgroundTest("K1.1 a sub-agent in the background wakes it, and it answers", {}, async (bench) => {
  const session = await open(bench);
  const { result } = await turn(bench, session, "delegate");
  assert.equal(result.text, "I will come back to you.");
  assert.equal(session.background!.tasks().length, 1);
  let settled = false;
  const settling = session.background!.settled().then(() => settled = true);
  await bench.release();
  const events = await wokenTurn(session);
  assert.match(textOf(events), /^Woken: 42\./);
  const end = events.at(-1)!;
  assert.ok(end.type === "result" && end.costUsd! > 0, "what it cost is told");
  await settling;
  assert.ok(settled && session.background!.tasks().length === 0);
  const next = await turn(bench, session, "and now?");
  assert.equal(next.result.text, "heard: and now?");
});

backgroundTest(
  "K1.3 a command in the background wakes it; what that turn wants to do is asked",
  { whenWoken: [{ run: "touch asked-for" }] },
  async (bench) => {
    const session = await open(bench, { permissionMode: "default" });
    await turn(bench, session, "start it", {
      permissionMode: "default",
      on: (event) => event.type === "permission" && event.respond({ behavior: "allow" }),
    });
    await bench.release();
    const asked: string[] = [];
    const events = await wokenTurn(session, async (event) => {
      if (event.type !== "permission") return;
      asked.push(event.detail);
      await event.respond({ behavior: "allow" });
    });
    assert.deepEqual(asked, ["touch asked-for"]);
    assert.ok((await Deno.stat(join(bench.folder, "asked-for"))).isFile);
    assert.equal(textOf(events), "I have looked.");
  },
);

backgroundTest(
  "K1.6 a message that is written while a woken turn runs is answered by it",
  { whenWoken: [{ run: "until [ -e on ]; do sleep 0.1; done; echo looked" }] },
  async (bench) => {
    const session = await open(bench);
    await turn(bench, session, "start it");
    await bench.release();
    const told: AgentEvent[][] = [];
    const reading = (async () => {
      for await (const woken of session.background!.woken) {
        const events: AgentEvent[] = [];
        told.push(events);
        for await (const event of woken.events) events.push(event);
      }
    })();
    await until(
      () => told[0]?.some(({ type }) => type === "tool") ?? false,
      "the woken turn to run its command",
    );
    const answer = turn(bench, session, "is it done?");
    await Deno.writeTextFile(join(bench.folder, "on"), "");
    const { result } = await answer;
    assert.equal(result.text, "Yes, it is done.");
    assert.equal(told[0]!.at(-1)!.type, "result", "the turn that took it in has ended too");
    const next = await turn(bench, session, "and now?");
    assert.equal(next.result.text, "heard: and now?");
    await session.close();
    await reading;
  },
);

backgroundTest(
  "K1.1 a session resumed after a kill with work pending answers what the user asks",
  {},
  async (bench) => {
    const session = await open(bench);
    await turn(bench, session, "start it");
    Deno.kill(session.pid, "SIGKILL");
    await until(() => !session.alive, "the process to be gone");
    await session.close();
    await bench.release();
    const again = await open(bench, { resume: session.id! });
    const told: WokenTurn[] = [];
    const reading = (async () => {
      for await (const woken of again.background!.woken) told.push(woken);
    })();
    const { result, text } = await turn(bench, again, "is it done?");
    // Whether the CLI shows the model what it left behind as well differs by version.
    assert.match(text, /^(Yes, it is done\.|heard: is it done\?)$/);
    assert.equal(result.text, text);
    await again.close();
    await reading;
    assert.deepEqual(told, [], "the CLI's own empty turn is nothing to be told of");
  },
);

backgroundTest(
  "a sub-agent in the background that asks while no turn runs is answered",
  { command: "touch by-sub-agent" },
  async (bench) => {
    const session = await open(bench, { permissionMode: "default" });
    const asked: string[] = [];
    const on = async (event: AgentEvent) => {
      if (event.type !== "permission") return;
      asked.push(event.detail);
      await event.respond({ behavior: "allow" });
    };
    const texts: string[] = [];
    const reading = (async () => {
      for await (const woken of session.background!.woken) {
        for await (const event of woken.events) {
          await on(event);
          if (event.type === "text" && !event.parent) texts.push(event.text);
        }
      }
    })();
    await turn(bench, session, "delegate", { permissionMode: "default", on });
    await until(() => texts.join("").includes("Woken: 42."), "the woken turn");
    assert.deepEqual(asked, ["touch by-sub-agent"]);
    await session.close();
    await reading;
  },
);
