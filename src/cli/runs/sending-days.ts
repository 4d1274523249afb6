/** Events that history brought in, as far as they have got. */
export interface Backlog {
  /** Gong has answered for them */
  readonly settled: number;
  readonly waiting: number;
}

/** With what a day has for them: Gong's calls, but for those that the coming nights need. */
export interface PacedBacklog extends Backlog {
  readonly callsPerDay: number;
}

/** Which day of sending this is, of how many: `4 of 11 days`. At least one. */
export interface SendingDays {
  readonly day: number;
  readonly days: number;
}

/** A day of Gong holds so many calls, and each event is one. */
export function sendingDays({ settled, waiting }: Backlog, callsPerDay: number): SendingDays {
  const days = Math.max(1, Math.ceil((settled + waiting) / callsPerDay));
  return { day: Math.min(days, Math.floor(settled / callsPerDay) + 1), days };
}
