/** `ductor webhook …`: makes, shows, changes, removes and tests webhooks. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { PRESET_NAMES } from "../webhooks/preset_names.ts";
import type { AddOptions, EditOptions, WebhookCommands } from "../webhooks/commands.ts";
import { type Answer, answer } from "./reply.ts";

const EXAMPLES = `
Examples:
  Have the agent look at new GitHub issues, in this conversation:
    ductor webhook add issues --title "New issues" --preset github \\
      --prompt "Issue {{issue.title}} by {{issue.user.login}}: {{issue.body}}. Is it a duplicate?"

  A task of its own for every deploy, in cron_tasks/check-deploy:
    ductor webhook add check-deploy --title "Check deploy" --mode cron_task \\
      --prompt "Version {{version}} is live. Follow TASK_DESCRIPTION.md."

  A sender that signs in its own way (HMAC-SHA256, hex, in a header):
    ductor webhook add shop --title Orders --hmac-header X-Signature --hmac-prefix "" \\
      --prompt "Order {{order.id}}: {{order.items}}"

  ductor webhook list
  ductor webhook test issues --payload '{"issue":{"title":"Hello"}}'
  ductor webhook edit issues --prompt "…" --disable
  ductor webhook rotate-token issues

In a prompt {{name}} stands for a field of what was sent, {{commit.author.name}} and {{commits.0.id}}
for deeper ones. What is sent is shown to the agent as data, never as an instruction.
Senders reach this machine through a tunnel (cloudflared, tailscale funnel, ngrok) to the port that
\`ductor webhook list\` shows; webhooks.enabled in the config switches the server on.
`;

interface Json {
  json?: boolean;
}

const hour = (value: string): number => {
  const number = Number(value);
  if (/^\d{1,2}$/.test(value) && number <= 23) return number;
  throw new InvalidArgumentError("An hour is a whole number from 0 to 23.");
};

/** Adds the command and its subcommands. */
// deno-lint-ignore no-explicit-any -- the program's type grows with each of its commands.
export function addWebhook(program: Command<any, any, any>, done: (code: number) => void): void {
  const webhook = program.command("webhook")
    .description("let other services wake the agent")
    .addHelpText("after", EXAMPLES);

  const run = async (
    json: boolean | undefined,
    command: (commands: WebhookCommands) => Answer | Promise<Answer>,
  ) => {
    done(await answer({ json }, async () => await command(await load())));
  };

  withFields(
    webhook.command("add <name>")
      .description("make a webhook; its secret is shown once")
      .requiredOption("--title <text>", "what it is called in the chat")
      .requiredOption("--prompt <text>", "what the agent is to do; {{field}} stands for data")
      .addOption(
        new Option("--mode <mode>", "wake: in the conversation; cron_task: a run of its own")
          .choices(["wake", "cron_task"] as const).default("wake" as const),
      )
      .addOption(
        new Option("--preset <sender>", "how the sender signs")
          .choices(PRESET_NAMES),
      ),
  ).option("--chat-id <id>", "conversation it belongs to (default: the one it is made in)")
    .option("--thread-id <id>", "topic of that conversation")
    .action((...args) => {
      const [name, options] = args as unknown as [string, AddOptions & Json];
      return run(options.json, (commands) => commands.add(name, options));
    });

  withFields(
    webhook.command("edit <name>")
      .description("change a webhook")
      .option("--title <text>", "what it is called in the chat")
      .option("--prompt <text>", "what the agent is to do")
      .option("--clear-quiet-hours", "no hours of its own")
      .option("--clear-dependency", "wait for nothing")
      .option("--enable", "switch it on")
      .option("--disable", "switch it off"),
  ).action((...args) => {
    const [name, { json, ...options }] = args as unknown as [string, EditOptions & Json];
    return run(json, (commands) => commands.edit(name, options));
  });

  webhook.command("list").description("show all webhooks, without secrets")
    .option("--json", "one JSON object")
    .action((options) => run(options.json, (commands) => commands.list()));

  webhook.command("remove <name>").description("remove a webhook; its task folder stays")
    .option("--json", "one JSON object")
    .action((name, options) => run(options.json, (commands) => commands.remove(name)));

  for (const [verb, enabled] of [["enable", true], ["disable", false]] as const) {
    webhook.command(`${verb} <name>`).description(`switch a webhook ${enabled ? "on" : "off"}`)
      .option("--json", "one JSON object")
      .action((name, options) =>
        run(options.json, (commands) => commands.edit(name, { [verb]: true }))
      );
  }

  webhook.command("rotate-token [name]")
    .description(
      "new secret for one webhook, or for all with a token; the old one counts for a day",
    )
    .option("--secret <secret>", "the new secret, where the sender makes it; - reads it from stdin")
    .option("--now", "the old secret counts no more")
    .option("--json", "one JSON object")
    .action((name, options) => run(options.json, (commands) => commands.rotate(name, options)));

  webhook.command("test <name>")
    .description("send a signed request to the running bot, as the sender would")
    .option("--payload <json>", "what is sent", '{"test":true}')
    .option("--json", "one JSON object")
    .action((name, options) =>
      run(options.json, (commands) => commands.test(name, options.payload))
    );
}

// deno-lint-ignore no-explicit-any -- as above: the options of the command it is given.
function withFields<C extends Command<any, any, any>>(command: C) {
  return command
    .option("--description <text>", "what it is for")
    .option("--secret <secret>", "the sender's secret; - reads it from stdin")
    .option("--task-folder <name>", "folder in cron_tasks/ (default: the name)")
    .option("--hmac-header <name>", "header with the signature")
    .addOption(
      new Option("--hmac-algorithm <name>", "default sha256")
        .choices(["sha256", "sha1", "sha512"] as const),
    )
    .addOption(
      new Option("--hmac-encoding <name>", "default hex").choices(["hex", "base64"] as const),
    )
    .option("--hmac-prefix <text>", 'before the signature, default "sha256="')
    .option("--hmac-sig-regex <pattern>", "its first group is the signature")
    .option("--hmac-payload-prefix-regex <pattern>", "its first group and a dot are signed first")
    .addOption(
      new Option("--provider <name>", "for cron_task").choices(["claude", "codex"] as const),
    )
    .option("--model <name>", "for cron_task")
    .option("--reasoning-effort <name>", "for cron_task")
    .option("--cli-parameters <json>", "further arguments of the CLI, a JSON list")
    .option("--quiet-start <hour>", "runs nothing from this hour on", hour)
    .option("--quiet-end <hour>", "until this hour", hour)
    .option("--dependency <name>", "never at the same time as others with this name")
    .option("--rate-limit <count>", "most events a minute", Number)
    .option("--json", "one JSON object");
}

async function load(): Promise<WebhookCommands> {
  const [{ WebhookCommands }, { Registry }, { toolContext }] = await Promise.all([
    import("../webhooks/commands.ts"),
    import("../webhooks/registry.ts"),
    import("./tool_context.ts"),
  ]);
  const { home, config } = await toolContext();
  return new WebhookCommands({
    home,
    registry: new Registry(home.webhooksFile),
    settings: config.webhooks,
    env: Deno.env,
    now: () => Date.now(),
    fetch: (url, init) => fetch(url, init),
    readSecret: async () => (await new Response(Deno.stdin.readable).text()).trim(),
  });
}
