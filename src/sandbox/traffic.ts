/** A request to a vendor's port, regardless of its outcome. Control requests are not included. */
export interface TrafficEntry {
  /** epoch milliseconds */
  readonly at: number;
  readonly method: string;
  /** path and query */
  readonly target: string;
  /** the response status; null if the client received no complete response */
  readonly status: number | null;
  /** the kind of the fault that affected it, or null */
  readonly fault: string | null;
}

/** Beyond this number, the oldest entries are dropped. The counters still include them. */
const TRAFFIC_KEPT_MAX = 10_000;

/** The requests to one port. */
export class Traffic {
  #entries: TrafficEntry[] = [];
  #requests = 0;
  #struck = 0;

  add(entry: TrafficEntry): void {
    this.#requests += 1;
    if (entry.fault !== null) this.#struck += 1;
    this.#entries.push(entry);
    if (this.#entries.length > 2 * TRAFFIC_KEPT_MAX)
      this.#entries = this.#entries.slice(-TRAFFIC_KEPT_MAX);
  }

  /** the latest entries, oldest first */
  get entries(): readonly TrafficEntry[] {
    return this.#entries;
  }

  get counts(): { readonly requests: number; readonly struck: number } {
    return { requests: this.#requests, struck: this.#struck };
  }
}
