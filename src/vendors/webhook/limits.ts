/** The limits of this module, by name and unit. */

export const WEBHOOK_LIMITS = {
  /** for one request and its whole answer */
  timeoutMs: 10_000,
  /** between the tries: so many waits, one try more */
  retryDelaysMs: [1_000, 3_000],
  /** after a stop was asked for there is one try, and so long for it: it may come after the drain */
  hurriedTimeoutMs: 1_500,
} as const;
