/** The limits of this module, by name and unit. */

export const PUSH_LIMITS = {
  /** tries of one event in one run before it waits for the next run */
  attemptsPerRunMax: 5,
  /** events that wait between two tries, beside those in flight: bounds memory */
  waitingMax: 64,
  /** a Retry-After beyond this ends pushing for the run */
  retryAfterMsMax: 10 * 60_000,
  /** rejections in a row with the same errors that stop pushing for the run */
  sameRejectionsMax: 20,
  /** 429 answers in a row, with no other between them, that end pushing for the run */
  throttledInRowMax: 50,
} as const;

export const PACE_LIMITS = {
  /** the longest pause that Gong may ask for: an answer that says years is a mistake */
  pauseMsMax: 30 * 24 * 60 * 60_000,
  secondMs: 1_000,
  /** calls spread apart a little more than a second: their arrival at Gong is what counts */
  jitterMs: 5,
  /** answers from which the usual latency is learnt: so many at least, so many at most */
  latenciesMin: 5,
  latenciesKept: 25,
  /** a slow answer says no more about when its call arrived */
  arrivalMsMax: 250,
  /**
   * A full day is waited for this long: a run that starts when last night's did finds the day
   * full, and its calls leave the day at the pace at which they were sent, a bucket at a time
   */
  dayWaitMsMax: 2 * 60_000,
} as const;
