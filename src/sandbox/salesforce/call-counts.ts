export type CallKind =
  | 'query'
  | 'queryMore'
  | 'composite'
  | 'retrieve'
  | 'describe'
  | 'limits'
  | 'other';

/** Billed API calls since the start or the last `reset`. */
export interface Counters {
  readonly total: number;
  readonly byKind: Readonly<Record<CallKind, number>>;
  /** sub-requests of composite calls: not billed */
  readonly subrequests: number;
  /** token requests: not billed */
  readonly logins: number;
  /** rows returned by queries and retrievals */
  readonly rows: number;
}

/** Salesforce's default allocation for an Enterprise org with few licenses. */
const CALLS_PER_DAY_DEFAULT = 100_000;

/** The API calls of the org, and its daily limit. */
export class CallCounts {
  limit = CALLS_PER_DAY_DEFAULT;
  /** calls of other clients: included in Sforce-Limit-Info, but not in `counters` */
  others = 0;
  #counters = emptyCounters();

  get counters(): Counters {
    return { ...this.#counters, byKind: { ...this.#counters.byKind } };
  }

  get used(): number {
    return this.others + this.#counters.total;
  }

  bill(kind: CallKind): void {
    this.#counters.total += 1;
    this.#counters.byKind[kind] += 1;
  }

  note(what: 'subrequests' | 'logins' | 'rows', count = 1): void {
    this.#counters[what] += count;
  }

  reset(): void {
    this.#counters = emptyCounters();
  }
}

type Mutable = { -readonly [K in keyof Counters]: Counters[K] };

function emptyCounters(): Omit<Mutable, 'byKind'> & { byKind: Record<CallKind, number> } {
  return {
    total: 0,
    byKind: {
      query: 0,
      queryMore: 0,
      composite: 0,
      retrieve: 0,
      describe: 0,
      limits: 0,
      other: 0,
    },
    subrequests: 0,
    logins: 0,
    rows: 0,
  };
}
