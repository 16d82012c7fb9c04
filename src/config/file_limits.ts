/**
 * How large files may be. Telegram's own server has narrow limits; one of the user's own
 * (https://github.com/tdlib/telegram-bot-api) takes and gives 2,000 MB.
 */

/** Bytes of one file. */
export interface FileLimits {
  /** From Telegram. */
  fetch: number;
  /** To Telegram. */
  send: number;
}

const MB = 1024 * 1024;
const TELEGRAM: FileLimits = { fetch: 20 * MB, send: 50 * MB };
const OWN: FileLimits = { fetch: 2000 * MB, send: 2000 * MB };

/** @param apiRoot `telegram_api_root` of the config. */
export function fileLimits(apiRoot: string): FileLimits {
  return new URL(apiRoot).hostname === "api.telegram.org" ? TELEGRAM : OWN;
}
