/** What is said in the chat about events of webhooks. */
export const texts = {
  again: "Run again",
  drop: "Drop",
  over: "That was decided already.",
};
