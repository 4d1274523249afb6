import { DAY_MS, HOUR_MS } from './model-limits.ts';

export interface Distribution {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
}

export interface Hour {
  readonly value: number;
  /** ISO-8601, to the hour */
  readonly at: string;
}

/** Adds up values by hour, and finds the busiest one. */
export class Hours {
  readonly #from: number;
  readonly #values: Float64Array;

  constructor(from: number, days: number) {
    this.#from = from;
    this.#values = new Float64Array((days + 1) * 24);
  }

  add(at: number, value: number): void {
    const hour = Math.floor((at - this.#from) / HOUR_MS);
    if (hour < this.#values.length) this.#values[hour] = (this.#values[hour] ?? 0) + value;
  }

  get total(): number {
    return this.#values.reduce((sum, value) => sum + value, 0);
  }

  busiest(): Hour {
    let best = 0;
    this.#values.forEach((value, hour) => {
      if (value > (this.#values[best] ?? 0)) best = hour;
    });
    const at = new Date(this.#from + best * HOUR_MS).toISOString().slice(0, 13);
    return { value: Math.round(this.#values[best] ?? 0), at: `${at}:00Z` };
  }
}

/** What the model counts. Durations are in milliseconds. */
export class Statistics {
  readonly runs: Hours;
  readonly calls: Hours;
  readonly writes: Hours;
  readonly processorMs: Hours;
  /** from the due time to the start of the run that served it */
  readonly waits: number[] = [];
  /** from the due time to the last response, for runs that left no fresh event */
  readonly lastEvents: number[] = [];
  /** `account day`: on which fresh events, or only backfilled ones, found the day used up */
  readonly freshUsedUp = new Set<string>();
  readonly backfillUsedUp = new Set<string>();
  readonly drainedDays = new Set<number>();
  catchUps = 0;
  stopped = 0;
  throttled = 0;
  shares = 0;
  backfilled = 0;
  deferred = 0;
  runningMax = 0;
  readonly #from: number;

  constructor(from: number, days: number) {
    this.#from = from;
    this.runs = new Hours(from, days);
    this.calls = new Hours(from, days);
    this.writes = new Hours(from, days);
    this.processorMs = new Hours(from, days);
  }

  dayOf(at: number): number {
    return Math.floor((at - this.#from) / DAY_MS);
  }
}

export function distributionOf(values: readonly number[]): Distribution {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), worst: at(1) };
}
