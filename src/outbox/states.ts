/** The states of an event. The names are part of the external contract. */
export const STATES = ['held', 'pending', 'delivered', 'duplicate', 'rejected', 'skipped'] as const;
export type State = (typeof STATES)[number];

/**
 * The state machine's events:
 * - `queue`: its hold ended, with or without a Salesforce record
 * - `accept`, `conflict`, `reject`: the response of Gong, or of the local check of the body
 * - `skip`: a reason not to report it applies, or an operator skipped it
 * - `retry`: an operator retried it
 */
export const STATE_EVENTS = ['queue', 'accept', 'conflict', 'reject', 'skip', 'retry'] as const;
export type StateEvent = (typeof STATE_EVENTS)[number];

/**
 * The transition table. `undefined`: not allowed. A missing cell does not compile.
 * A skipped event can still be accepted, if an operator skipped it while its request was in flight:
 * Gong's response is the truth about what Gong has. A skipped event can be queued once its reason
 * no longer applies (see REOPENED_IF_READ_AGAIN). A rejected event can be queued or held if the local
 * check rejected it, and its share was read again (see STATES_AFTER_REPAIR).
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
    queue: 'pending',
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

/** The next state; undefined if the transition is not allowed. */
export function nextState(state: State, event: StateEvent): State | undefined {
  return NEXT[state][event];
}

/** The states in which `event` is allowed: those that an update can start from. */
export function statesAllowing(event: StateEvent): State[] {
  return STATES.filter((state) => NEXT[state][event] !== undefined);
}
