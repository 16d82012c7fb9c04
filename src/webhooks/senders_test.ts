/** What well-known senders send, in the forms they document, to hooks as `webhook add` makes them. */
import assert from "node:assert/strict";
import { hmac, hookOf, openDoor } from "../../tests/support/webhooks.ts";
import { parsePayload } from "./payload.ts";
import { PRESETS } from "./presets.ts";

const SECRET = "whsec_" + btoa("0123456789abcdef0123456789abcdef");

interface Sent {
  sender: string;
  /** The options of `webhook add`: a preset, the header with the HMAC, or neither. */
  hook: { preset?: string; hmac_header?: string; hmac_sig_regex?: string; hmac_algorithm?: string };
  headers(body: string, time: string): Promise<Record<string, string>>;
  body: string;
  form?: boolean;
  /** Name and delivery id of what is accepted. */
  event?: string;
  key?: string;
  /** What is answered instead, without an event. */
  probe?: object;
}

const hex = async (...parts: string[]) => (await hmac("SHA-256", SECRET, ...parts)).hex;
const plain = (headers: Record<string, string>) => () => Promise.resolve(headers);

const SENT: Sent[] = [
  {
    sender: "GitHub",
    hook: { preset: "github" },
    headers: async (body) => ({
      "X-GitHub-Event": "issues",
      "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "X-Hub-Signature": `sha1=${(await hmac("SHA-1", SECRET, body)).hex}`,
      "X-Hub-Signature-256": `sha256=${await hex(body)}`,
      "User-Agent": "GitHub-Hookshot/044aadd",
    }),
    body:
      '{"action":"opened","issue":{"number":1,"title":"Spelling"},"sender":{"login":"octocat"}}',
    event: "issues",
    key: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  },
  {
    sender: "an old GitHub server, with the older header alone",
    hook: { preset: "github" },
    headers: async (body) => ({
      "X-GitHub-Event": "push",
      "X-Hub-Signature": `sha1=${(await hmac("SHA-1", SECRET, body)).hex}`,
    }),
    body: "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D",
    form: true,
    event: "push",
  },
  {
    sender: "GitHub's ping",
    hook: { preset: "github" },
    headers: async (body) => ({
      "X-GitHub-Event": "ping",
      "X-Hub-Signature-256": `sha256=${await hex(body)}`,
    }),
    body: '{"zen":"Non-blocking is better than blocking.","hook_id":1}',
    probe: { pong: true },
  },
  {
    sender: "GitLab with a secret token",
    hook: { preset: "gitlab" },
    headers: plain({
      "X-Gitlab-Event": "Merge Request Hook",
      "X-Gitlab-Token": SECRET,
      "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e",
      "Idempotency-Key": "f5e57ac8-5dd9-4b3a-9f5e-1c3c0f2ab1a1",
    }),
    body: '{"object_kind":"merge_request","object_attributes":{"action":"open"}}',
    event: "Merge Request Hook",
    key: "f5e57ac8-5dd9-4b3a-9f5e-1c3c0f2ab1a1",
  },
  {
    sender: "Stripe",
    hook: { preset: "stripe" },
    headers: async (body, t) => ({
      "Stripe-Signature": `t=${t},v1=${await hex(
        `${t}.`,
        body,
      )},v0=6ffbb59b2300aae63f272406069a9788`,
    }),
    body: '{"id":"evt_1NG8Du2eZvKYlo2CUI79vXWy","object":"event","type":"setup_intent.created"}',
    event: "setup_intent.created",
    key: "evt_1NG8Du2eZvKYlo2CUI79vXWy",
  },
  {
    sender: "Slack's Events API",
    hook: { preset: "slack" },
    headers: async (body, t) => ({
      "X-Slack-Request-Timestamp": t,
      "X-Slack-Signature": `v0=${await hex(`v0:${t}:`, body)}`,
      "X-Slack-Retry-Num": "1",
    }),
    body: '{"type":"event_callback","event_id":"Ev9UQ52YNA","event":{"type":"reaction_added"}}',
    event: "reaction_added",
    key: "Ev9UQ52YNA",
  },
  {
    sender: "Slack's question whether the address is ours",
    hook: { preset: "slack" },
    headers: async (body, t) => ({
      "X-Slack-Request-Timestamp": t,
      "X-Slack-Signature": `v0=${await hex(`v0:${t}:`, body)}`,
    }),
    body:
      '{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2rZ","type":"url_verification"}',
    probe: { challenge: "3eZbrw1aBm2rZ" },
  },
  {
    sender: "Shopify",
    hook: { preset: "shopify" },
    headers: async (body) => ({
      "X-Shopify-Topic": "orders/create",
      "X-Shopify-Hmac-Sha256": (await hmac("SHA-256", SECRET, body)).base64,
      "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    }),
    body: '{"id":820982911946154508,"total_price":"254.98"}',
    event: "orders/create",
    key: "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
  },
  {
    sender: "Sentry",
    hook: { hmac_header: "Sentry-Hook-Signature" },
    headers: async (body) => ({
      "Sentry-Hook-Resource": "issue",
      "Sentry-Hook-Signature": await hex(body),
    }),
    body: '{"action":"created","data":{"issue":{"title":"Error"}}}',
    event: "issue",
  },
  {
    sender: "Linear",
    hook: { hmac_header: "Linear-Signature" },
    headers: async (body) => ({
      "Linear-Delivery": "234d1a4e-b617-4388-90fe-adc3633d6b72",
      "Linear-Event": "Issue",
      "Linear-Signature": await hex(body),
    }),
    body: '{"action":"create","type":"Issue","webhookTimestamp":1676056940508}',
    event: "Issue",
    key: "234d1a4e-b617-4388-90fe-adc3633d6b72",
  },
  ...["github", undefined].map((preset): Sent => ({
    sender: `Bitbucket (${preset ?? "--hmac-header"})`,
    hook: preset ? { preset } : { hmac_header: "X-Hub-Signature" },
    headers: async (body) => ({
      "X-Event-Key": "repo:push",
      "X-Hub-Signature": `sha256=${await hex(body)}`,
      ...!preset && { "X-Request-UUID": "9e4f3b0c-4c7b-4b1c-8c53-3e0ba34e8f60" },
    }),
    body: '{"push":{"changes":[]}}',
    event: "repo:push",
    ...!preset && { key: "9e4f3b0c-4c7b-4b1c-8c53-3e0ba34e8f60" },
  })),
  {
    sender: "Jira",
    hook: { hmac_header: "X-Hub-Signature" },
    headers: async (body) => ({
      "X-Hub-Signature": `sha256=${await hex(body)}`,
      "X-Atlassian-Webhook-Identifier": "c3f6a2d1",
    }),
    body: '{"webhookEvent":"jira:issue_created","issue":{"key":"A-1"}}',
    event: "jira:issue_created",
    key: "c3f6a2d1",
  },
  {
    sender: "PagerDuty, while it changes its secret",
    hook: { hmac_header: "X-PagerDuty-Signature" },
    headers: async (body) => ({
      "X-PagerDuty-Signature": `v1=${"0".repeat(64)},v1=${await hex(body)}`,
    }),
    body: '{"event":{"id":"01BTX6J2L","event_type":"incident.triggered","data":{}}}',
    event: "incident.triggered",
  },
  {
    sender: "Grafana with a signature",
    hook: { hmac_header: "X-Grafana-Alerting-Signature" },
    headers: async (body) => ({ "X-Grafana-Alerting-Signature": await hex(body) }),
    body: '{"receiver":"ductor","status":"firing","alerts":[{"status":"firing"}]}',
    event: "firing",
  },
  {
    sender: "Grafana with name and password",
    hook: {},
    headers: plain({ Authorization: `Basic ${btoa(`grafana:${SECRET}`)}` }),
    body: '{"status":"resolved","alerts":[]}',
    event: "resolved",
  },
  {
    sender: "Alertmanager",
    hook: {},
    headers: plain({ Authorization: `Bearer ${SECRET}` }),
    body: '{"version":"4","groupKey":"{}:{}","status":"firing","alerts":[{"labels":{}}]}',
    event: "firing",
  },
  {
    sender: "Twilio, which knows name and password in the address only",
    hook: {},
    headers: plain({ Authorization: `Basic ${btoa(`twilio:${SECRET}`)}` }),
    body: "From=%2B14155550100&Body=Hello%20there&NumMedia=0",
    form: true,
  },
  {
    sender: "Telegram's Bot API",
    hook: {},
    headers: plain({ "X-Telegram-Bot-Api-Secret-Token": SECRET }),
    body: '{"update_id":10000,"message":{"text":"/start"}}',
  },
  {
    sender: "Uptime Kuma, Home Assistant, Zapier with a header of their own",
    hook: {},
    headers: plain({ "X-Api-Key": SECRET }),
    body: '{"heartbeat":{"status":0},"msg":"[site] [Down] timeout"}',
  },
];

for (const { sender, hook: fields, headers, body, form, event, key, probe } of SENT) {
  Deno.test(`K6.1 ${sender}: what is sent is taken, once, with its name; changed, it is not`, async () => {
    const preset = fields.preset === undefined ? undefined : PRESETS[fields.preset]!;
    const base = { ...preset?.fields, ...fields };
    if (fields.hmac_header) Object.assign(base, { auth_mode: "hmac" });
    const secret = "auth_mode" in base && base.auth_mode === "hmac" ? "hmac_secret" : "token";
    await using door = await openDoor([hookOf({ token: "", ...base, [secret]: SECRET })]);
    const time = `${Math.floor(door.clock.now() / 1000)}`;
    const signed = await headers(body, time);
    const send = async (body: string) => {
      const type = form ? "application/x-www-form-urlencoded" : "application/json";
      const response = await door.request("/hooks/deploys", {
        method: "POST",
        headers: { "content-type": type, ...signed },
        body,
      });
      return [response.status, await response.json()];
    };
    if (probe) return assert.deepEqual(await send(body), [200, probe]);
    assert.equal((await send(body))[0], 202);
    const [taken] = door.accepted;
    assert.deepEqual([taken!.event, taken!.key], [event, key && `deploys:${key}`]);
    assert.equal(typeof parsePayload(taken!.body, taken!.form), "object");
    if (key !== undefined) assert.deepEqual((await send(body))[1].duplicate, true);
    const bySignature = Object.keys(signed).some((name) => /signature|hmac/i.test(name));
    if (bySignature) assert.equal((await send(`${body} `))[0], 401);
    assert.equal((await door.request("/hooks/deploys", { method: "POST", body })).status, 401);
    if (TIMED.includes(fields.preset ?? "")) {
      await door.clock.advance(301_000);
      assert.equal((await send(body))[0], 401, "a recording");
    }
  });
}

const TIMED = ["stripe", "slack"];

Deno.test("K6.1 --events: names as the sender says them, with their actions; GitLab's in both its ways", async () => {
  const body = '{"object_kind":"merge_request","object_attributes":{"action":"open"}}';
  for (
    const [wanted, status] of [
      ["Merge Request Hook", 202],
      ["merge_request", 202],
      ["merge_request.open", 202],
      ["merge_request.close", 200],
      ["push", 200],
    ] as const
  ) {
    await using door = await openDoor([hookOf({ preset: "gitlab", events: [wanted] })]);
    const headers = { "x-gitlab-token": "the-token", "x-gitlab-event": "Merge Request Hook" };
    assert.equal((await door.post(body, headers)).status, status, wanted);
  }
});
