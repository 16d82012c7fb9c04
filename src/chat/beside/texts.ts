/** What is said of what is asked beside the conversation. Markdown, but for `running` and buttons. */
export const texts = {
  side: {
    description: "Ask something while the agent works",
    usage:
      "Write your question after it: `/side your question` is answered beside what runs, with " +
      "what the agent knows of this conversation.",
  },
  bg: {
    description: "Give the agent a task that runs beside",
    usage: "Write your task after it: `/bg your task` runs beside this conversation; the result " +
      "comes when it is done.",
  },
  running: (title: string) => `Working on it in the background: ${title}`,
  cancel: "Cancel",
  cancelled: "Cancelled.",
  over: "It is over.",
} as const;
