/** The limits of this module, by name and unit. */

export const LIST_LIMITS = {
  eventsDefault: 50,
  eventsMax: 10_000,
  runsShown: 5,
  problemsShown: 20,
} as const;
