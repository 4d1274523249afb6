/** The limits of this module, by name and unit. */

export const LIST_LIMITS = {
  eventsDefault: 50,
  eventsMax: 10_000,
  runsShown: 5,
  /** of a message in a list; `status --verbose` and `events show` print it in full */
  reasonCharactersMax: 160,
  problemsShown: 20,
  explainedDefault: 10,
  explainedMax: 1_000,
  searchCharactersMax: 1_000,
  grantsShown: 20,
  errorsShown: 3,
  /** events that an ambiguous ID can mean */
  candidatesShown: 10,
  /** longer lists show full IDs: finding a short one takes a few queries */
  idsShortenedMax: 1_000,
} as const;
