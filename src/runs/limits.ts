/** The limits of this module, by name and unit. */

export const RESERVE_LIMITS = {
  /** the largest part of a day's Gong calls that backfills leave to scheduled runs */
  shareOfDayMax: 0.5,
  lookBackMs: 7 * 24 * 60 * 60_000,
  runsReadMax: 100,
} as const;
