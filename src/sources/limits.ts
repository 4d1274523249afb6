/** The limits of this module, by name and unit. */

export const POSITION_LIMITS = {
  /** a stored position that is further ahead of the vendor's time is wrong */
  clockDifferenceMsMax: 60_000,
} as const;

export const BATCH_LIMITS = {
  /** shares that are looked up, built and committed together */
  sharesPerBatchMax: 2_000,
} as const;
