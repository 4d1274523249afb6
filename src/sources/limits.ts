/** The limits of this module, by name and unit. */

export const BATCH_LIMITS = {
  /** shares that are looked up, built and committed together */
  sharesPerBatchMax: 2_000,
} as const;
