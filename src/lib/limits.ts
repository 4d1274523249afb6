/** The limits of this module, by name and unit. */

export const STOP_LIMITS = {
  /**
   * What is in flight may still end when a stop is asked for. Docker kills ten seconds after it
   * asked: the rest of them is for writing down how the run ended, and for closing
   */
  drainMsMax: 8_000,
} as const;
