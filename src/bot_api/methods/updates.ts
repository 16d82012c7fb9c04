import { badRequest } from "../errors.ts";
import type { Params } from "../params.ts";
import type { Method } from "./context.ts";

/** Seconds; a longer wait is cut to this. */
const MAX_TIMEOUT = 50;

/** `getUpdates` */
export const getUpdates: Method = ({ world, params, signal }) => {
  const limit = Math.min(Math.max(params.int("limit") ?? 100, 1), 100);
  const timeout = Math.min(Math.max(params.int("timeout") ?? 0, 0), MAX_TIMEOUT);
  world.queue.allow(allowedUpdates(params));
  return world.queue.poll({ offset: params.int("offset") ?? 0, limit, timeout }, signal);
};

/** `setWebhook`. Kept and shown, but nothing is ever delivered to it. */
export const setWebhook: Method = ({ world, params }) => {
  const url = params.text("url");
  if (url === "") return forget(world.queue, params);
  if (!/^https:\/\/[^/]+\.[^/]+/.test(url)) {
    throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  }
  const port = new URL(url).port;
  if (port !== "" && !["443", "80", "88", "8443"].includes(port)) {
    throw badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
  const secret = params.text("secret_token");
  if (!/^[A-Za-z0-9_-]{0,256}$/.test(secret)) {
    throw badRequest("secret token contains unallowed characters");
  }
  world.queue.allow(allowedUpdates(params));
  if (params.flag("drop_pending_updates")) world.queue.drop();
  world.queue.webhookUrl = url;
  world.queue.terminate("terminated by setWebhook request");
  return true;
};

/** `deleteWebhook` */
export const deleteWebhook: Method = ({ world, params }) => forget(world.queue, params);

function forget(queue: { webhookUrl: string; drop(): void }, params: Params): true {
  if (params.flag("drop_pending_updates")) queue.drop();
  queue.webhookUrl = "";
  return true;
}

/** `getWebhookInfo` */
export const getWebhookInfo: Method = ({ world }) => ({
  url: world.queue.webhookUrl,
  has_custom_certificate: false,
  pending_update_count: world.queue.pendingCount,
  ...(world.queue.allowed && { allowed_updates: world.queue.allowed }),
});

/** `getMe` */
export const getMe: Method = ({ world }) => ({ ...world.me });

/** What cannot be read is ignored, like there. */
function allowedUpdates(params: Params): string[] | undefined {
  try {
    const value = params.json("allowed_updates", "allowed updates");
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    return undefined;
  }
}
