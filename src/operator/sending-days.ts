/** The events of all backfills, by how far they are. */
export interface Backlog {
  /** Gong has responded */
  readonly settled: number;
  readonly waiting: number;
}

export interface PacedBacklog extends Backlog {
  /** Gong calls per day for backfilled events, without those that the next scheduled runs need */
  readonly callsPerDay: number;
}

/** `day` 4 of `days` 11; both are at least 1. */
export interface SendingDays {
  readonly day: number;
  readonly days: number;
}

/** Each event takes one of a day's calls. */
export function sendingDays({ settled, waiting }: Backlog, callsPerDay: number): SendingDays {
  const days = Math.max(1, Math.ceil((settled + waiting) / callsPerDay));
  return { day: Math.min(days, Math.floor(settled / callsPerDay) + 1), days };
}
