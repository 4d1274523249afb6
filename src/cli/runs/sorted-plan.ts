import type { NewEvent } from '../../outbox/outbox-event.ts';
import { PLAN_LIMITS } from './limits.ts';
import { planLine } from './plan-line.ts';

interface Entry {
  readonly at: number;
  readonly eventId: string;
  readonly line: string;
}

/**
 * The lines of a dry run in the order of the shares. It keeps at most `linesSortedMax` of them: each
 * source is nearly in order, so that what is printed early is nearly in order too.
 */
export class SortedPlan {
  readonly #write: (line: string) => Promise<void>;
  readonly #timezone: string;
  #entries: Entry[] = [];

  constructor(timezone: string, write: (line: string) => Promise<void>) {
    this.#timezone = timezone;
    this.#write = write;
  }

  async add(event: NewEvent): Promise<void> {
    const { eventId, share } = event;
    const line = planLine(event, this.#timezone);
    this.#entries.push({ at: share.sharedAt, eventId, line });
    if (this.#entries.length > PLAN_LIMITS.linesSortedMax) {
      await this.#writeOldest(PLAN_LIMITS.linesSortedMax / 2);
    }
  }

  drop(eventIds: readonly string[]): void {
    if (eventIds.length === 0) return;
    const dropped = new Set(eventIds);
    this.#entries = this.#entries.filter(({ eventId }) => !dropped.has(eventId));
  }

  end(): Promise<void> {
    return this.#writeOldest(this.#entries.length);
  }

  async #writeOldest(count: number): Promise<void> {
    const sorted = this.#entries.toSorted((one, other) => one.at - other.at);
    this.#entries = sorted.slice(count);
    for (const { line } of sorted.slice(0, count)) await this.#write(line);
  }
}
