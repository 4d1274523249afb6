/** The limits of this module, by name and unit. */

export const WEBHOOK_LIMITS = {
  /** for one request and its response */
  timeoutMs: 10_000,
  /** between the attempts, of which there is one more */
  retryDelaysMs: [1_000, 3_000],
  /** after a stop was requested: one attempt, which must end soon after the drain */
  hurriedTimeoutMs: 1_500,
} as const;
