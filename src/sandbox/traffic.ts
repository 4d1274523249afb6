/** A request that reached a vendor's port, whatever became of it; control is not in it. */
export interface TrafficEntry {
  /** epoch milliseconds */
  readonly at: number;
  readonly method: string;
  /** path and query */
  readonly target: string;
  /** what the client was answered; null where it got no whole answer */
  readonly status: number | null;
  /** the kind of the fault that struck it; null without */
  readonly fault: string | null;
}

/** Beyond it the oldest entries are forgotten; the counters count on. */
const TRAFFIC_KEPT_MAX = 10_000;

/** What came in at one port. */
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

  /** the latest, oldest first */
  get entries(): readonly TrafficEntry[] {
    return this.#entries;
  }

  get counts(): { readonly requests: number; readonly struck: number } {
    return { requests: this.#requests, struck: this.#struck };
  }
}
