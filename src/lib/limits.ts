/** The limits of this module, by name and unit. */

export const STOP_LIMITS = {
  /**
   * The time that work in flight has to finish after a stop is requested. Docker kills the process
   * ten seconds after its request; the rest is for recording the runs' outcomes and closing.
   */
  drainMsMax: 8_000,
} as const;
