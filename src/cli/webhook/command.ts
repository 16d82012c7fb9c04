/** `ductor webhook`: the tree of its commands; what each does is in its own file. */
import type { Command } from "commander";
import { HOOK_FIELDS } from "../../webhooks/hook_fields.ts";
import { withFields } from "../field_options.ts";
import type { HookOptions } from "./hooks.ts";

const EXAMPLES = `
Examples:
  Have the agent look at new GitHub issues, in this conversation:
    ductor webhook add issues --title "New issues" --preset github \\
      --prompt "Issue {{issue.title}} by {{issue.user.login}}: {{issue.body}}. Is it a duplicate?"

  A separate task for every deploy, in cron_tasks/check-deploy:
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

/** Adds `webhook` to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the program's type grows with each of its commands.
export function addWebhook(program: Command<any, any, any>, done: (code: number) => void): void {
  const webhook = program.command("webhook")
    .description("let other services wake the agent")
    .addHelpText("after", EXAMPLES);

  const adding = webhook.command("add <name>")
    .description("create a webhook; its secret is shown once");
  withFields(adding, HOOK_FIELDS, "add", "one JSON object")
    .action(async (name, options) => {
      const { add } = await import("./add.ts");
      done(await add(name, options as HookOptions));
    });

  const editing = webhook.command("edit <name>").description("change a webhook");
  withFields(editing, HOOK_FIELDS, "edit", "one JSON object")
    .action(async (name, options) => {
      const { edit } = await import("./edit.ts");
      done(await edit(name, options as HookOptions));
    });

  webhook.command("list").description("show all webhooks, without secrets")
    .option("--json", "one JSON object")
    .action(async (options) => {
      const { list } = await import("./list.ts");
      done(await list(options));
    });

  webhook.command("remove <name>").description("remove a webhook; its task folder stays")
    .option("--json", "one JSON object")
    .action(async (name, options) => {
      const { remove } = await import("./remove.ts");
      done(await remove(name, options));
    });

  for (const verb of ["enable", "disable"] as const) {
    webhook.command(`${verb} <name>`)
      .description(`switch a webhook ${verb === "enable" ? "on" : "off"}`)
      .option("--json", "one JSON object")
      .action(async (name, options) => {
        const { edit } = await import("./edit.ts");
        done(await edit(name, { ...options, [verb]: true }));
      });
  }

  webhook.command("rotate-token [name]")
    .description(
      "new secret for one webhook, or for all with a token; the old one works for another day",
    )
    .option("--secret <secret>", "the new secret, if the sender creates it; - reads it from stdin")
    .option("--now", "the old secret stops working now")
    .option("--json", "one JSON object")
    .action(async (name, options) => {
      const { rotate } = await import("./rotate.ts");
      done(await rotate(name, options));
    });

  webhook.command("test <name>")
    .description("send a signed request to the running bot, as the sender would")
    .option("--payload <json>", "what is sent", '{"test":true}')
    .option("--json", "one JSON object")
    .action(async (name, options) => {
      const { tryOut } = await import("./try.ts");
      done(await tryOut(name, options));
    });
}
