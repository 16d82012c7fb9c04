/** What was said before the demo began, for its `/sessions`. */
import { save, type SessionFile, writeDown } from "./agent/session_file.ts";
import { resolveModel } from "./agent/models.ts";

interface Sample {
  title?: string;
  minutes: number;
  /** What was asked, and the answer. */
  said: [string, string][];
}

const SAMPLES: readonly Sample[] = [
  {
    title: "Where the beans go",
    minutes: 12,
    said: [
      ["What grew in the north bed last year?", "Tomatoes, so give them another place this year."],
      [
        "And the beans?",
        "They do well there now: tomatoes leave little nitrogen, beans bring it back.",
      ],
    ],
  },
  {
    minutes: 1500,
    said: [["Write down that the rosemary has moved to the wall", "Noted, with today's date."]],
  },
];

/**
 * Puts them where the demo agent has its own.
 *
 * @param folders `work`: where it was said.
 */
export async function sampleSessions(
  folders: { state: string; configHome: string; work: string },
  now: number,
): Promise<void> {
  for (const { title, minutes, said } of SAMPLES) {
    const session: SessionFile = {
      version: 1,
      id: crypto.randomUUID(),
      model: resolveModel(undefined),
      history: said.flatMap(([asked, answered]) => [
        { role: "user", text: asked },
        { role: "assistant", text: answered },
      ]),
      ...title !== undefined && { title },
    };
    await save(folders.state, session);
    const path = await writeDown(folders.configHome, session, folders.work);
    const at = new Date(now - minutes * 60_000);
    if (path !== undefined) await Deno.utime(path, at, at);
  }
}
