/** Exit codes by which the bot talks to what started it. */

/** It wants to be started again at once; the code of the Python original. */
export const EXIT_RESTART = 42;

/**
 * It cannot work as it is set up (config, token, another instance); starting it again would not
 * help. EX_CONFIG of sysexits(3).
 */
export const EXIT_UNUSABLE = 78;
