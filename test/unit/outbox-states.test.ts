import { describe, expect, test } from 'vitest';
import {
  nextState,
  STATE_EVENTS,
  STATES,
  type State,
  type StateEvent,
  statesAllowing,
} from '../../src/outbox/states.ts';

/** Chapter 5 of the contract, cell by cell. `-`: not allowed. */
const TABLE = `
            queue    accept     conflict   reject    skip     retry
held        pending  -          -          rejected  skipped  pending
pending     -        delivered  duplicate  rejected  skipped  -
delivered   -        -          -          -         -        -
duplicate   -        -          -          -         -        -
rejected    pending  -          -          -         skipped  pending
skipped     pending  delivered  duplicate  -         -        pending
`;

const [head = '', ...rows] = TABLE.trim().split('\n');
const stateEvents = head.trim().split(/\s+/) as StateEvent[];
const cells = rows.flatMap((row) => {
  const [state, ...next] = row.split(/\s+/) as [State, ...string[]];
  return stateEvents.map((stateEvent, index) => ({ state, stateEvent, next: next[index] ?? '?' }));
});

describe('the state machine of an event', () => {
  test.for(cells)('$state, on $stateEvent: $next', ({ state, stateEvent, next }) => {
    expect(nextState(state, stateEvent) ?? '-').toBe(next);
  });

  test('the table above has all cells', () => {
    expect(stateEvents).toEqual([...STATE_EVENTS]);
    expect(cells).toHaveLength(STATES.length * STATE_EVENTS.length);
  });

  test.for(STATE_EVENTS)(
    '%s is allowed in exactly the states that have a next one',
    (stateEvent) => {
      const before = cells.filter((cell) => cell.stateEvent === stateEvent && cell.next !== '-');
      expect(statesAllowing(stateEvent)).toEqual(before.map((cell) => cell.state));
    },
  );

  test('an event that Gong has never changes its state again', () => {
    for (const stateEvent of STATE_EVENTS) {
      expect(nextState('delivered', stateEvent)).toBeUndefined();
      expect(nextState('duplicate', stateEvent)).toBeUndefined();
    }
  });
});
