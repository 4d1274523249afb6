/** The limits of this module, by name and unit. */

export const RESERVE_LIMITS = {
  /** of a day's Gong calls, the part that history leaves to the coming nights at most */
  shareOfDayMax: 0.5,
  lookBackMs: 7 * 24 * 60 * 60_000,
  runsLookedAt: 100,
} as const;
