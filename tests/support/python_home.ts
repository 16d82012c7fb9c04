import { dirname, join } from "node:path";

/**
 * A home folder as the Python program leaves it, with values that are odd but legal: what it makes
 * itself, and what its user and their agents put there.
 */
export async function makePythonHome(root: string): Promise<void> {
  const rules = "# Rules of the Python program\n\n## Runtime Environment\n\nNo sandbox.\n";
  for (const folder of RULE_FOLDERS) {
    for (const name of ["CLAUDE.md", "AGENTS.md"]) {
      await write(join(root, folder, name), rules + folder);
    }
  }
  for (const [path, content] of Object.entries(FILES)) await write(join(root, path), content);
  const skills = join(root, "workspace", "skills");
  await Deno.symlink(
    "/usr/lib/python3/site-packages/ductor_bot/skills/skill-creator",
    join(skills, "skill-creator"),
  );
  await Deno.symlink("/mnt/not-mounted/skill", join(skills, "far-away"));
  for (const old of OLD_SCRIPTS) {
    await write(join(root, "workspace", "tools", old), `#!/usr/bin/env python3\n# ${old}\n`);
  }
}

/** Scripts that ductor had there. */
export const OLD_SCRIPTS = [
  "cron_tools/cron_add.py",
  "cron_tools/cron_list.py",
  "webhook_tools/webhook_add.py",
] as const;

/** What the newest versions of that program have besides. */
export const NEW_SCRIPTS = ["agent_tools/ask_agent.py", "task_tools/create_task.py"] as const;

/** Keys of its newest config, the ones whose kind of value is telling. */
export const NEW_KEYS = {
  group_mention_only: true,
  allowed_group_ids: [-100987],
  allowed_channel_ids: [],
  project_roots: { "my topic": "~/code/my-project" },
  append_system_prompt_files: ["~/prompt.md"],
  gemini_api_key: "null",
  language: "en",
  update_check: true,
  interagent_port: 8799,
  transport: "telegram",
  transports: ["telegram"],
  reasoning_effort: "medium",
  cli_timeout: 1800.0,
  api: { enabled: false, port: 8741, chat_id: 0 },
  scene: { seen_reaction: false, status_reaction: true },
  skills: { sync_enabled: true, sync: { claude: true, codex: true } },
  tasks: { enabled: true, max_parallel: 5 },
  timeouts: { normal: 600.0, warning_intervals: [60.0, 10.0] },
  notifications: { startup_targets: [], upgrade_targets: [] },
  transcription: { audio_command: "", video_command: "" },
  docker: { enabled: false, mounts: ["/home/you/projects"], extras: ["ffmpeg"] },
  heartbeat: { enabled: true, group_targets: [{ chat_id: -100987, topic_id: 4 }] },
};

/** The same, as 0.20 leaves it. */
export async function makeNewPythonHome(root: string): Promise<void> {
  await makePythonHome(root);
  for (const name of [...NEW_SCRIPTS, "media_tools/list_files.py"]) {
    await write(join(root, "workspace", "tools", name), `#!/usr/bin/env python3\n# ${name}\n`);
  }
  const sessions = JSON.parse(FILES["sessions.json"]!);
  const keyed = { "tg:123456789": sessions["123456789"], "mx:5": sessions["-100987"] };
  await write(join(root, "sessions.json"), json(keyed));
  const config = JSON.parse(FILES["config/config.json"]!);
  await write(join(root, "config", "config.json"), json({ ...config, ...NEW_KEYS }));
}

const RULE_FOLDERS = [
  "",
  "config",
  "workspace",
  "workspace/cron_tasks",
  "workspace/memory_system",
  "workspace/output_to_user",
  "workspace/skills",
  "workspace/telegram_files",
  "workspace/tools",
  "workspace/tools/cron_tools",
  "workspace/tools/telegram_tools",
  "workspace/tools/user_tools",
  "workspace/tools/webhook_tools",
];

/** What belongs to the user, by path. None of it may change; the config may get more keys. */
export const FILES: Readonly<Record<string, string>> = {
  "sessions.json": json({
    "123456789": {
      chat_id: 123456789,
      provider: "codex",
      model: "gpt-5.2-codex",
      created_at: "2026-01-02T03:04:05.678901+00:00",
      last_active: "2026-11-20T10:00:00+00:00",
      provider_sessions: {
        claude: { session_id: "c-1", message_count: 7, total_cost_usd: 1.25, total_tokens: 1e6 },
        codex: { session_id: "", message_count: 0, total_cost_usd: 0.0, total_tokens: 0 },
      },
    },
    // Before it had buckets for each provider.
    "-100987": {
      chat_id: -100987,
      provider: "claude",
      model: "opus",
      session_id: "old-1",
      message_count: 3,
      total_cost_usd: 0.5,
      total_tokens: 42,
      created_at: "2025-12-01T00:00:00+00:00",
      last_active: "2025-12-01T00:00:00+00:00",
    },
  }),
  "cron_jobs.json": json({
    jobs: [
      {
        id: "daily",
        title: "Täglich ☀️",
        description: "",
        schedule: "0 8 * * MON-FRI",
        task_folder: "daily",
        agent_instruction: "Read the TASK_DESCRIPTION.md file and carry it out.",
        enabled: true,
        timezone: "America/Argentina/Buenos_Aires",
        created_at: "2026-01-02T03:04:05.678901+00:00",
        last_run_at: "2026-11-20T08:00:00.000001+00:00",
        last_run_status: "error:exit_-9",
        provider: "codex",
        model: "gpt-5.2-codex",
        reasoning_effort: "xhigh",
        cli_parameters: ["--chrome"],
        quiet_start: 0,
        quiet_end: 0,
        dependency: "",
      },
      // As written before most of the fields were there; the folder is gone.
      {
        id: "Old_Job",
        title: "Old",
        schedule: "*/5 * * * *",
        task_folder: "Old_Job",
        agent_instruction: "Do it.",
      },
    ],
  }),
  "webhooks.json": json({
    hooks: [{
      id: "github",
      title: "GitHub",
      description: "",
      mode: "wake",
      prompt_template: "{{action}} {{missing}}",
      enabled: false,
      task_folder: null,
      auth_mode: "hmac",
      token: "",
      hmac_secret: "s3cr3t",
      hmac_header: "X-Hub-Signature-256",
      hmac_algorithm: "sha256",
      hmac_encoding: "hex",
      hmac_sig_prefix: "sha256=",
      hmac_sig_regex: "",
      hmac_payload_prefix_regex: "",
      created_at: "2026-01-02T03:04:05+00:00",
      trigger_count: 12,
      last_triggered_at: null,
      last_error: null,
      provider: null,
      model: null,
      reasoning_effort: null,
      cli_parameters: [],
      quiet_start: null,
      quiet_end: null,
      dependency: null,
    }],
  }),
  "config/config.json": json({
    telegram_token: "123456:abcdefghijklmnopqrstuvwxyz0123456789",
    allowed_user_ids: [123456789],
    model: "sonnet",
    user_timezone: "Europe/Berlin",
    cli_parameters: { claude: ["--verbose"] },
    my_own_key: { kept: true },
  }),
  "config/codex_models.json": json({ last_updated: "2026-11-01T00:00:00+00:00", models: [] }),
  "logs/agent.log": "2026-11-20 [ERROR] something\n",
  "workspace/memory_system/MAINMEMORY.md": "# Memory\r\n\r\nLikes tea.\r\n",
  "workspace/cron_tasks/daily/CLAUDE.md": "# Task\n",
  "workspace/cron_tasks/daily/AGENTS.md": "# Task\n",
  "workspace/cron_tasks/daily/TASK_DESCRIPTION.md": "# Täglich\n\n## Goal\n",
  "workspace/cron_tasks/daily/daily_MEMORY.md": "# daily\n\n- told on Monday\n",
  "workspace/cron_tasks/daily/scripts/fetch.py": "print('mine')\n",
  "workspace/cron_tasks/by_hand/notes.txt": "no job, no rules\n",
  "workspace/tools/user_tools/cron_add.py": "# mine, in spite of its name\n",
  "workspace/tools/cron_tools/my_report.py": "from _shared import load\n",
  "workspace/tools/cron_tools/_shared.py": "def load(): ...\n",
  // It works as it is.
  "workspace/tools/telegram_tools/read_document.py": "#!/usr/bin/env python3\n",
  "workspace/skills/own-skill/SKILL.md": "---\nname: own-skill\ndescription: Mine.\n---\n\nMine.\n",
  "workspace/telegram_files/2026-11-20/CLAUDE.md": "a file that the user sent\n",
  "workspace/telegram_files/_index.yaml": "total: 1\n",
  "workspace/output_to_user/report.md": "# Report\n",
  "workspace/project/AGENTS.md": "# A checkout of the user's\n",
  "workspace/project/docs/CLAUDE.md": "# Also theirs\n",
};

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

async function write(path: string, content: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, content);
}
