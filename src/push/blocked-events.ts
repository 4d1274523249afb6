import type { GongResponse } from '../vendors/gong/response.ts';
import type { PushStop } from './report.ts';

/**
 * Events that something in front of Gong answered with 403. Either it blocks this one event for its
 * content (a firewall), or every call (a list of IP addresses): the next events show which.
 */
export class BlockedEvents {
  readonly #inRowMax: number;
  #undecided: string[] = [];
  #hasPassed = false;
  #last: GongResponse | undefined;

  constructor(inRowMax: number) {
    this.#inRowMax = inRowMax;
  }

  /** Returns the stop once `inRowMax` in a row were blocked: the cause is not the single event. */
  add(eventId: string, response: GongResponse): PushStop | undefined {
    this.#undecided.push(eventId);
    this.#last = response;
    if (this.#undecided.length < this.#inRowMax) return undefined;
    this.#undecided = [];
    return { kind: 'refused', response };
  }

  /** Gong has accepted an event. Returns the IDs of those for which the cause is now known. */
  pass(): readonly string[] {
    this.#hasPassed = true;
    return this.#takeUndecided();
  }

  /** At the end: a stop if Gong accepted nothing in this run, otherwise the IDs that remain. */
  end(): PushStop | readonly string[] {
    const isRefusal = !this.#hasPassed && this.#undecided.length > 0;
    if (isRefusal && this.#last) return { kind: 'refused', response: this.#last };
    return this.#takeUndecided();
  }

  #takeUndecided(): readonly string[] {
    const taken = this.#undecided;
    this.#undecided = [];
    return taken;
  }
}
