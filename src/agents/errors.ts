/**
 * Sorts what the CLIs say when something fails into the kinds a user is told apart, with words for
 * a phone: what happened and what to do. The CLIs say it in prose, so this reads prose; what it does
 * not know stays `other`, with the CLI's own words.
 */
import type { AgentErrorKind } from "./agent.ts";
import type { ProviderFacts } from "./facts.ts";
import { errorLine } from "../base/error_line.ts";
import { oneLine, shorten } from "../base/text.ts";
import { parseResetTime } from "./reset_time.ts";

/** A failure as the CLI told it. */
export interface Failure {
  cli: Cli;
  /** The CLI's own words: an error message, or the end of stderr. */
  text: string;
  /** HTTP status of the model's service, where the CLI tells it. */
  status?: number | null;
  /** The CLI's or the service's name for it (`authentication_failed`, `usage_limit_reached`, …). */
  code?: string;
  /** End of the usage limit, where the CLI tells it apart from the text. */
  resetAt?: Date;
}

/** A failure as the user is told it. */
export interface SortedFailure {
  kind: AgentErrorKind;
  message: string;
  resetAt?: Date;
}

/** What the texts need of a provider. */
type Cli = Pick<ProviderFacts, "shortTitle" | "logInSteps">;

const NEW_SESSION = "Send /new to start a new session.";

type Rule = (failure: Failure, cli: Cli) => string | undefined;

/** Turns patterns into a rule that answers with `message`. */
function when(
  test: { text?: RegExp; code?: RegExp; status?: readonly number[] },
  message: (cli: Cli, words: string) => string,
): Rule {
  return (failure, cli) => {
    const hit = (test.text?.test(failure.text) ?? false) ||
      (test.code !== undefined && failure.code !== undefined && test.code.test(failure.code)) ||
      (test.status?.includes(failure.status ?? 0) ?? false);
    return hit ? message(cli, inOneLine(failure.text)) : undefined;
  };
}

/** In the order in which they are tried: the particular before the general. */
const RULES: readonly [AgentErrorKind, Rule][] = [
  [
    "resume_failed",
    when({
      text:
        /no conversation found|--resume requires a valid session|(thread|rollout|session|conversation) (id )?(not found|does not exist)|no rollout found/i,
    }, (cli) => `The earlier ${cli.shortTitle} session no longer exists. ${NEW_SESSION}`),
  ],
  [
    "usage_limit",
    when({
      text: /credit balance is too low|insufficient[_ ]quota|exceeded your current quota/i,
      code: /insufficient_quota|billing_error/i,
    }, (cli) => `The credit of the ${cli.shortTitle} account is used up. Add credit to go on.`),
  ],
  [
    "usage_limit",
    when({
      text:
        /usage limit (has been )?reached|hit your [\w' -]*limit|limit reached\b.*\breset|limits? will reset|out of extra usage|usage_limit_reached/i,
      code: /usage_?limit/i,
    }, (cli) => `The usage limit of the ${cli.shortTitle} subscription is reached.`),
  ],
  [
    "auth",
    when({
      text: /(invalid|incorrect) (x-)?api[ -]?key|invalid bearer token/i,
    }, (cli) => `${cli.shortTitle} was given an API key that is not valid. Correct or remove it.`),
  ],
  [
    "auth",
    when({
      text:
        /token (has |is )?(expired|been revoked|revoked|invalidated)|token_(expired|revoked|invalidated)|refresh token|access token could not be refreshed|session (has )?expired/i,
    }, (cli) => `${cli.shortTitle}'s login is no longer valid. ${cli.logInSteps}`),
  ],
  [
    "auth",
    when({
      text:
        /not logged in|please run \/login|log out and sign in again|failed to authenticate|authentication_(error|failed)|401 unauthorized|missing bearer|does not have access to claude/i,
      code: /authentication|unauthorized|^oauth/i,
      status: [401],
    }, (cli) => `${cli.shortTitle} is not logged in. ${cli.logInSteps}`),
  ],
  [
    "refused",
    when(
      { text: /cannot be used with root/i },
      (cli) =>
        `${cli.shortTitle} refuses to run as root with permission mode bypassPermissions. ` +
        "Run ductor as an ordinary user, set another permission_mode, or set IS_SANDBOX=1 " +
        "in its environment if this machine is a sandbox.",
    ),
  ],
  [
    "crash",
    when(
      { text: /^(API )?(Error: )?(configuration error in|error loading config)/im },
      (cli, words) => `${cli.shortTitle} cannot read its own settings: ${words}`,
    ),
  ],
  [
    "refused",
    when({
      text: /unknown option|unexpected argument|unrecognized (option|argument)|invalid value '/i,
    }, (cli, words) =>
      `${cli.shortTitle} does not accept its parameters: ${words} ` +
      "Check cli_parameters in config.json."),
  ],
  [
    "refused",
    when({
      text:
        /prompt is too long|context (window|length)|context_length_exceeded|input is too long|conversation is too long/i,
      code: /context_?(window|length)/i,
    }, () => `The conversation has become too long for the model. ${NEW_SESSION}`),
  ],
  [
    "refused_conversation",
    when({
      // A service that names a message by its number speaks of what stands in the conversation.
      text:
        /\bmessages(\.|\[)\d+|tool_use.{0,60}\btool_result|tool_result.{0,60}\btool_use|no tool output found|no tool call found|tool use concurrency|roles must alternate|could not process image/i,
    }, (cli, words) => `${cli.shortTitle}'s service refused the conversation: ${words}`),
  ],
  [
    "refused_conversation",
    when(
      {
        text:
          /usage polic(y|ies)|violates? our polic|safeguards flagged|anthropic\.com\/legal\/aup/i,
        code: /(cyber|misalignment)_?policy/i,
      },
      (cli, words) =>
        `${cli.shortTitle}'s service refused to go on, as it sees its usage policy violated` +
        `${words === "" ? "." : `: ${words}`}`,
    ),
  ],
  [
    "refused",
    when({
      text:
        /issue with the selected model|model[^.]{0,80}(not found|does not exist|not exist|not supported|not available)|unknown model|model_not_found/i,
      code: /model_not_found/i,
      status: [404],
    }, (cli, words) => {
      const name =
        /selected model \(([^)]+)\)|model[:\s]+[`'"]([^`'"]+)[`'"]|[`'"]([^`'"]+)[`'"] model|\bmodel: ([\w./:[\]-]*[\w\]])/i
          .exec(words);
      const model = name?.slice(1).find((each) => each !== undefined);
      return `${cli.shortTitle} does not know the model${model ? ` "${model}"` : ""}, ` +
        "or your account may not use it. Choose another with /model.";
    }),
  ],
  [
    "rate_limit",
    when({
      text: /overloaded|at capacity|server is busy/i,
      code: /overloaded/i,
      status: [529, 503],
    }, (cli) => `${cli.shortTitle}'s service is overloaded. Try again in a few minutes.`),
  ],
  [
    "rate_limit",
    when({
      text: /rate[ _]limit|too many requests|exceeded retry limit/i,
      code: /rate_?limit/i,
      status: [429],
    }, (cli) => `${cli.shortTitle}'s service asks to slow down. Try again in a few minutes.`),
  ],
  [
    "refused",
    when({
      code: /invalid_request|bad_?request/i,
      status: [400, 403, 413, 422],
    }, (cli, words) => `${cli.shortTitle}'s service refused the request: ${words}`),
  ],
  [
    "other",
    when(
      {
        text:
          /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|connection (error|closed|refused)|fetch failed|stream disconnected|error sending request|network error|dns error/i,
      },
      (cli) =>
        `${cli.shortTitle}'s service could not be reached. Check the network of the computer ductor ` +
        "runs on, then try again.",
    ),
  ],
  [
    "other",
    when(
      { status: [500, 502, 504] },
      (cli) => `${cli.shortTitle}'s service has a problem of its own. Try again in a few minutes.`,
    ),
  ],
];

/** Sorts a failure that the CLI reported. */
export function sortFailure(failure: Failure, now: Date = new Date()): SortedFailure {
  return match(failure, now) ??
    { kind: "other", message: otherMessage(failure.cli, failure.text) };
}

/** Sorts the end of a process that ended by itself: by its stderr, or else as a crash. */
export function sortExit(
  cli: Cli,
  exit: { code: number; signal: string | null },
  stderr: string,
  now: Date = new Date(),
): SortedFailure {
  const found = match({ cli, text: stderr.slice(-2000) }, now);
  if (found) return found;
  const how = exit.signal === "SIGKILL"
    ? "the system ended it (SIGKILL), which happens when memory runs out"
    : exit.signal
    ? `it was ended by ${exit.signal}`
    : `exit code ${exit.code}`;
  const line = inOneLine(errorLine(stderr));
  const said = line === "" ? "" : ` It said: ${line}`;
  return { kind: "crash", message: `${cli.shortTitle} stopped unexpectedly: ${how}.${said}` };
}

function match(failure: Failure, now: Date): SortedFailure | undefined {
  for (const [kind, rule] of RULES) {
    const message = rule(failure, failure.cli);
    if (message === undefined) continue;
    const resetAt = kind === "usage_limit" || kind === "rate_limit"
      ? failure.resetAt ?? parseResetTime(failure.text, now)
      : undefined;
    return resetAt ? { kind, message, resetAt } : { kind, message };
  }
  return undefined;
}

function otherMessage(cli: Cli, text: string): string {
  const words = inOneLine(text);
  return words === ""
    ? `${cli.shortTitle} failed without saying why.`
    : `${cli.shortTitle} failed: ${words}`;
}

/** Short enough for a phone; the whole text goes into the event's `detail`. */
function inOneLine(text: string): string {
  return shorten(oneLine(text.replace(/^(API )?Error:\s*/i, "")), 300);
}
