/** The limits of this module, by name and unit. */

export const PUSH_LIMITS = {
  /** attempts per event in one run; then the event waits for the next run */
  attemptsPerRunMax: 5,
  /**
   * events between two attempts, or not on record yet, in addition to those in flight; limits
   * memory use
   */
  waitingMax: 64,
  /** a longer Retry-After ends pushing for the run */
  retryAfterMsMax: 10 * 60_000,
  /** consecutive rejections with the same errors that end pushing for the run */
  sameRejectionsMax: 20,
  /** consecutive events that are blocked in front of Gong (403) that end pushing for the run */
  blockedInRowMax: 5,
  /** the same, once Gong has accepted an event in this run */
  blockedAfterAcceptedMax: 20,
  /** IDs of blocked events in the report */
  blockedNamedMax: 10,
  /** consecutive 429 responses that end pushing for the run */
  throttledInRowMax: 50,
} as const;

export const PACE_LIMITS = {
  secondMs: 1_000,
  /** added to a second, because Gong counts arrivals, which can be closer together than sends */
  jitterMs: 5,
  /** latencies that the usual latency needs, at least */
  latenciesMin: 5,
  /** latencies that the usual latency is computed from, at most */
  latenciesKept: 25,
  /** the most that a slow response can move the estimated arrival */
  arrivalMsMax: 250,
  /** the same if machines share the pace; shorter than a second with its jitter, which counts them */
  sharedArrivalMsMax: 1_000,
  /**
   * how long a permit can be used if machines share the pace; the call then still has time to
   * arrive
   */
  permitMsMax: 250,
  /** between two looks for the response that another machine waits for */
  responseLookMs: 100,
  /** permits that come too late to be used, in a row; then one is used anyway */
  lateInRowMax: 3,
  /**
   * The longest wait for a used-up day. A run at the same time as the night before finds the day
   * used up, and last night's calls leave it one bucket at a time, at the pace of their sending.
   */
  dayWaitMsMax: 2 * 60_000,
} as const;
