import { describe, expect, test } from 'vitest';
import {
  nextState,
  STATE_EVENTS,
  STATES,
  type State,
  type StateEvent,
  statesBefore,
} from '../../src/outbox/states.ts';

/** The contract's chapter 5, cell by cell: `-` cannot happen. */
const TABLE = `
            queue    accept     conflict   reject    skip     retry
held        pending  -          -          rejected  skipped  pending
pending     -        delivered  duplicate  rejected  skipped  -
delivered   -        -          -          -         -        -
duplicate   -        -          -          -         -        -
rejected    -        -          -          -         skipped  pending
skipped     pending  delivered  duplicate  -         -        pending
`;

const [head = '', ...rows] = TABLE.trim().split('\n');
const happenings = head.trim().split(/\s+/) as StateEvent[];
const cells = rows.flatMap((row) => {
  const [state, ...next] = row.split(/\s+/) as [State, ...string[]];
  return happenings.map((happening, index) => ({ state, happening, next: next[index] ?? '?' }));
});

describe('the states of an event', () => {
  test.for(cells)('$state, $happening: $next', ({ state, happening, next }) => {
    expect(nextState(state, happening) ?? '-').toBe(next);
  });

  test('the table above has every cell', () => {
    expect(happenings).toEqual([...STATE_EVENTS]);
    expect(cells).toHaveLength(STATES.length * STATE_EVENTS.length);
  });

  test.for(STATE_EVENTS)('%s can happen in just those states that have a next one', (happening) => {
    const before = cells.filter((cell) => cell.happening === happening && cell.next !== '-');
    expect(statesBefore(happening)).toEqual(before.map((cell) => cell.state));
  });

  test('what Gong has is never touched again', () => {
    for (const happening of STATE_EVENTS) {
      expect(nextState('delivered', happening)).toBeUndefined();
      expect(nextState('duplicate', happening)).toBeUndefined();
    }
  });
});
