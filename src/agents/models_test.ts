import { strict as assert } from "node:assert";
import { type Agent, AgentError, type Model } from "./agent.ts";
import { ModelCatalogue } from "./models.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const HOUR = 3_600_000;

function model(id: string, name = id, more: Partial<Model> = {}): Model {
  return { id, name, description: "", efforts: [], isDefault: false, ...more };
}

/** An agent of which only the models are asked; counts how often. */
class Lister implements Agent {
  asked = 0;
  failure: Error | undefined;
  constructor(readonly provider: "claude" | "codex", public offer: Model[]) {}
  models(): Promise<Model[]> {
    this.asked++;
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(this.offer);
  }
  open = () => Promise.reject(new Error("not for this"));
  isInstalled = () => Promise.resolve(true);
  authState = () => Promise.resolve({ installed: true, login: "unknown" as const });
}

const SOL = model("gpt-6.1-sol", "GPT-6.1-Sol", {
  description: "workhorse",
  efforts: ["low", "high"],
  defaultEffort: "low",
  isDefault: true,
});

function make(cacheFile?: string) {
  const claude = new Lister("claude", [
    model("default", "Default (recommended)", { isDefault: true }),
    model("opus", "Opus"),
    model("claude-fable-5", "Fable 5"),
  ]);
  const codex = new Lister("codex", [SOL, model("gpt-5.5", "GPT-5.5")]);
  const clock = new FakeClock();
  const catalogue = () =>
    new ModelCatalogue({
      agents: { claude, codex },
      clock,
      cacheFile: (name) => name === "codex" ? cacheFile : undefined,
    });
  return { claude, codex, clock, catalogue };
}

Deno.test("claude's aliases and full ids are known without asking a CLI, in any case", () => {
  const { claude, codex, catalogue } = make();
  const models = catalogue();
  assert.deepEqual(models.resolve("opus"), { provider: "claude", model: "opus" });
  assert.deepEqual(models.resolve(" SONNET "), { provider: "claude", model: "sonnet" });
  assert.deepEqual(models.resolve("sonnet[1m]"), { provider: "claude", model: "sonnet[1m]" });
  assert.deepEqual(models.resolve("Claude-Opus-4-8"), {
    provider: "claude",
    model: "claude-opus-4-8",
  });
  assert.equal(models.resolve("gpt-6.1-sol"), undefined);
  assert.equal(models.resolve("john"), undefined);
  assert.equal(models.resolve("claude-"), undefined);
  assert.equal(claude.asked + codex.asked, 0);
});

Deno.test("codex's models are known by id and by display name once they were read", async () => {
  const { catalogue } = make();
  const models = catalogue();
  await models.list("codex");
  const sol = { provider: "codex", model: "gpt-6.1-sol" };
  assert.deepEqual(models.resolve("GPT-6.1-sol"), sol);
  assert.deepEqual(models.resolve("gpt-6.1 Sol"), sol);
  assert.equal(models.resolve("gpt-6.1"), undefined);
});

Deno.test("find asks a CLI whose models were never read, resolve does not", async () => {
  const { claude, codex, catalogue } = make();
  const models = catalogue();
  assert.deepEqual(await models.find("opus"), { provider: "claude", model: "opus" });
  assert.equal(codex.asked, 0);
  assert.deepEqual(await models.find("gpt-5.5"), { provider: "codex", model: "gpt-5.5" });
  assert.equal(await models.find("nonsense"), undefined);
  assert.deepEqual([claude.asked, codex.asked], [1, 1]);
});

Deno.test("default is no name of a model", async () => {
  const { catalogue } = make();
  const models = catalogue();
  await models.list("claude");
  assert.equal(models.resolve("default"), undefined);
  assert.deepEqual(models.resolve("fable 5"), { provider: "claude", model: "claude-fable-5" });
});

Deno.test("the nearest names are offered for a typo", async () => {
  const { catalogue } = make();
  const models = catalogue();
  assert.deepEqual(models.nearest("opsu", 1), ["opus"]);
  await models.list("codex");
  assert.deepEqual(models.nearest("gtp-5.5", 1), ["gpt-5.5"]);
  assert.deepEqual(models.nearest("sol", 1), ["gpt-6.1-sol"]);
  assert.equal(models.nearest("x", 3).length, 3);
});

Deno.test("who runs a model is told by its look where no list has it", async () => {
  const { catalogue } = make();
  const models = catalogue();
  assert.equal(models.providerOf("gpt-9-nova"), "codex");
  assert.equal(models.providerOf("o3"), "codex");
  assert.equal(models.providerOf("us.anthropic.claude-opus"), "claude");
  const arn = "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus";
  assert.equal(models.providerOf(arn), "claude");
  assert.equal(models.providerOf("anthropic/claude-opus-5"), undefined, "an agent of many makers");
  assert.equal(models.providerOf("llama"), undefined);
  await models.list("codex");
  assert.equal(models.providerOf("GPT-5.5"), "codex");
});

Deno.test("codex's list is kept in the original's format and used for a day", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("codex_models.json");
  const { codex, clock, catalogue } = make(path);
  await catalogue().list("codex");
  assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), {
    last_updated: new Date(clock.now()).toISOString(),
    models: [
      {
        id: "gpt-6.1-sol",
        display_name: "GPT-6.1-Sol",
        description: "workhorse",
        supported_efforts: ["low", "high"],
        default_effort: "low",
        is_default: true,
      },
      {
        id: "gpt-5.5",
        display_name: "GPT-5.5",
        description: "",
        supported_efforts: [],
        default_effort: "",
        is_default: false,
      },
    ],
  });
  await clock.advance(23 * HOUR);
  assert.deepEqual((await catalogue().list("codex"))[0], SOL);
  assert.equal(codex.asked, 1);
  await clock.advance(2 * HOUR);
  await catalogue().list("codex");
  assert.equal(codex.asked, 2);
});

Deno.test("a list of the original's making is read", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("codex_models.json");
  const { codex, clock, catalogue } = make(path);
  const entry = {
    id: "gpt-5.2-codex",
    display_name: "gpt-5.2-codex",
    description: "older",
    supported_efforts: ["low", "medium"],
    default_effort: "medium",
    is_default: true,
  };
  const last_updated = new Date(clock.now() - HOUR).toISOString().replace("Z", "+00:00");
  await Deno.writeTextFile(path, JSON.stringify({ last_updated, models: [entry] }));
  const models = catalogue();
  assert.equal((await models.list("codex"))[0]?.defaultEffort, "medium");
  assert.equal(models.updatedAt("codex")?.getTime(), clock.now() - HOUR);
  assert.equal(codex.asked, 0);
});

Deno.test("a broken list is as good as none", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("codex_models.json");
  await Deno.writeTextFile(path, "{ not json");
  const { codex, catalogue } = make(path);
  assert.equal((await catalogue().list("codex")).length, 2);
  assert.equal(codex.asked, 1);
});

Deno.test("a CLI that fails or has nothing to say does not take the list away", async () => {
  const { codex, clock, catalogue } = make();
  const models = catalogue();
  await models.list("codex");
  await clock.advance(25 * HOUR);
  codex.offer = [];
  assert.equal((await models.list("codex")).length, 2);
  codex.failure = new AgentError("crash", "no");
  assert.equal((await models.list("codex")).length, 2);
});

Deno.test("without any list codex's failure is told, and claude has its aliases", async () => {
  const { claude, codex, catalogue } = make();
  const models = catalogue();
  claude.failure = codex.failure = new AgentError("not_found", "not installed");
  await assert.rejects(models.list("codex"), /not installed/);
  assert.deepEqual((await models.list("claude")).map(({ id }) => id), ["haiku", "sonnet", "opus"]);
});

Deno.test("the list is refreshed at the start and every hour, until the end", async () => {
  const { codex, clock, catalogue } = make();
  const stop = new AbortController();
  const models = catalogue();
  await models.start(stop.signal);
  await settle();
  assert.equal(codex.asked, 1);
  codex.failure = new AgentError("crash", "for a while");
  await clock.advance(HOUR);
  codex.failure = undefined;
  codex.offer = [model("gpt-7")];
  await clock.advance(HOUR);
  assert.equal(codex.asked, 3);
  assert.equal(models.resolve("gpt-7")?.provider, "codex");
  stop.abort();
  await clock.advance(5 * HOUR);
  assert.equal(codex.asked, 3);
});

Deno.test("questions at the same time start one process", async () => {
  const { codex, catalogue } = make();
  const models = catalogue();
  await Promise.all([models.list("codex"), models.list("codex"), models.refresh("codex")]);
  assert.equal(codex.asked, 1);
});
