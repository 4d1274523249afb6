/** How a request authenticates; `none` without a header, `other` for an unknown scheme. */
export type AuthorizationKind = 'none' | 'basic' | 'bearer' | 'other';

/** An event that Gong accepted. */
export interface GongEvent {
  /** epoch milliseconds */
  readonly receivedAt: number;
  readonly account: string;
  readonly reportingSystem: string;
  readonly eventId?: string;
  readonly requestId: string;
  /** absent with `keepBodies: false` */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A request that reached Gong, regardless of its outcome. */
export interface GongRequest {
  /** epoch milliseconds */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly authorization: AuthorizationKind;
  readonly requestId: string;
  readonly eventId?: string;
}

/** With `keepBodies: false`, only the latest requests are kept. */
const REQUESTS_KEPT_WITHOUT_BODIES_MAX = 10_000;

/** The accepted events and all requests. */
export class EventLog {
  readonly #keepBodies: boolean;
  readonly #eventIds = new Map<string, Set<string>>();
  #events: GongEvent[] = [];
  #requests: GongRequest[] = [];
  #byStatus = new Map<number, number>();

  constructor(options: { readonly keepBodies: boolean }) {
    this.#keepBodies = options.keepBodies;
  }

  get events(): readonly GongEvent[] {
    return this.#events;
  }

  get requests(): readonly GongRequest[] {
    return this.#requests;
  }

  get byStatus(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byStatus].sort(([one], [other]) => one - other));
  }

  /**
   * Stores the event; returns false if its eventId was reported before. What Gong compares is not
   * public. This simulation compares the account, the reporting system, and the eventId.
   */
  accept(event: GongEvent): boolean {
    if (event.eventId !== undefined && !this.#remember(event, event.eventId)) return false;
    const { body: _body, ...bare } = event;
    this.#events.push(this.#keepBodies ? event : bare);
    return true;
  }

  addRequest(request: GongRequest): void {
    this.#byStatus.set(request.status, (this.#byStatus.get(request.status) ?? 0) + 1);
    this.#requests.push(request);
    // Drop half of the list at a time, so that dropping costs almost nothing per request.
    if (!this.#keepBodies && this.#requests.length > 2 * REQUESTS_KEPT_WITHOUT_BODIES_MAX)
      this.#requests = this.#requests.slice(-REQUESTS_KEPT_WITHOUT_BODIES_MAX);
  }

  reset(): void {
    this.#events = [];
    this.#requests = [];
    this.#byStatus = new Map();
    this.#eventIds.clear();
  }

  #remember(event: GongEvent, eventId: string): boolean {
    const system = JSON.stringify([event.account, event.reportingSystem]);
    const known = this.#eventIds.get(system) ?? new Set();
    if (known.has(eventId)) return false;
    this.#eventIds.set(system, known.add(eventId));
    return true;
  }
}
