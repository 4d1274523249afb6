/** The limits of this module, by name and unit. */

export const PLAN_LIMITS = {
  /** lines that a dry run sorts by time; of more, the oldest half is printed first */
  linesSortedMax: 10_000,
  /** recipients that a line names; the others are counted */
  recipientsNamedMax: 5,
} as const;
