/** The states of an event. The names are part of the outside contract. */
export const STATES = ['held', 'pending', 'delivered', 'duplicate', 'rejected', 'skipped'] as const;
export type State = (typeof STATES)[number];

/**
 * What can happen to an event:
 * - `queue`: its wait for a Salesforce record is over, one way or the other
 * - `accept`, `conflict`, `reject`: what Gong (or the local check of the body) said
 * - `skip`: a reason not to report it came up, or an operator's word
 * - `retry`: an operator's word
 */
export const STATE_EVENTS = ['queue', 'accept', 'conflict', 'reject', 'skip', 'retry'] as const;
export type StateEvent = (typeof STATE_EVENTS)[number];

/**
 * `undefined`: cannot happen in that state. A missing cell does not compile. A skipped event can
 * still be accepted: an operator skipped it while its request was under way, and Gong's word is
 * the truth about what Gong has. It can be queued after all where its reason is gone (see
 * PASSING_REASONS).
 */
const NEXT: Record<State, Record<StateEvent, State | undefined>> = {
  held: {
    queue: 'pending',
    accept: undefined,
    conflict: undefined,
    reject: 'rejected',
    skip: 'skipped',
    retry: 'pending',
  },
  pending: {
    queue: undefined,
    accept: 'delivered',
    conflict: 'duplicate',
    reject: 'rejected',
    skip: 'skipped',
    retry: undefined,
  },
  delivered: {
    queue: undefined,
    accept: undefined,
    conflict: undefined,
    reject: undefined,
    skip: undefined,
    retry: undefined,
  },
  duplicate: {
    queue: undefined,
    accept: undefined,
    conflict: undefined,
    reject: undefined,
    skip: undefined,
    retry: undefined,
  },
  rejected: {
    queue: undefined,
    accept: undefined,
    conflict: undefined,
    reject: undefined,
    skip: 'skipped',
    retry: 'pending',
  },
  skipped: {
    queue: 'pending',
    accept: 'delivered',
    conflict: 'duplicate',
    reject: undefined,
    skip: undefined,
    retry: 'pending',
  },
};

/** The state after; undefined where it cannot happen to an event in that state. */
export function nextState(state: State, event: StateEvent): State | undefined {
  return NEXT[state][event];
}

/** The states that something can happen in: what an update may start from. */
export function statesBefore(event: StateEvent): State[] {
  return STATES.filter((state) => NEXT[state][event] !== undefined);
}
