import type { GongResponse } from '../vendors/gong/response.ts';
import { PUSH_LIMITS } from './limits.ts';
import type { PushStop } from './report.ts';

/**
 * Events that something in front of Gong answered with 403. Either it blocks some events for their
 * content (a firewall), or every call (a list of IP addresses): the next events show which.
 */
export class BlockedEvents {
  #undecided: string[] = [];
  #hasPassed = false;
  #last: GongResponse | undefined;

  /** True while the cause of the latest 403 is unknown. */
  get isUndecided(): boolean {
    return this.#undecided.length > 0;
  }

  /** Returns the stop once many in a row were blocked: the cause is not the single event. */
  add(eventId: string, response: GongResponse): PushStop | undefined {
    const { blockedInRowMax, blockedAfterAcceptedMax } = PUSH_LIMITS;
    this.#undecided.push(eventId);
    this.#last = response;
    const inRowMax = this.#hasPassed ? blockedAfterAcceptedMax : blockedInRowMax;
    // Later ones that were in flight are named, too.
    return this.#undecided.length < inRowMax ? undefined : stopOf(response, this.#undecided);
  }

  /** Gong has accepted an event. Returns the IDs of those for which the cause is now known. */
  pass(): readonly string[] {
    this.#hasPassed = true;
    return this.#takeUndecided();
  }

  /** At the end: a stop if Gong accepted nothing in this run, otherwise the IDs that remain. */
  end(): PushStop | readonly string[] {
    const isRefusal = !this.#hasPassed && this.isUndecided;
    if (isRefusal && this.#last) return stopOf(this.#last, this.#undecided);
    return this.#takeUndecided();
  }

  #takeUndecided(): readonly string[] {
    const taken = this.#undecided;
    this.#undecided = [];
    return taken;
  }
}

function stopOf(response: GongResponse, eventIds: readonly string[]): PushStop {
  return { kind: 'refused', response, eventIds: eventIds.slice(0, PUSH_LIMITS.blockedNamedMax) };
}
