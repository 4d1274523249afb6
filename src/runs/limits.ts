/** The limits of this module, by name and unit. */

export const RESERVE_LIMITS = {
  /** the largest part of a day's Gong calls that backfills leave to scheduled runs */
  shareOfDayMax: 0.5,
  lookBackMs: 7 * 24 * 60 * 60_000,
  runsReadMax: 100,
} as const;

export const SET_ASIDE_LIMITS = {
  /** unreadable rows that are kept for each source of a tenant; with more, the source stops */
  rowsMax: 1_000,
  /** a longer row is not kept, only its id */
  rowCharactersMax: 20_000,
  /** rows that a run's error names; the others are counted */
  rowsNamedMax: 10,
} as const;
