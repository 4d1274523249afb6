import { describe, expect, it } from 'vitest';
import { Turn } from '../../src/lib/turn.ts';
import { ByteBudget } from '../../src/vendors/http/byte-budget.ts';

const LIMITS = { sharedBytesMax: 100, freeBytesMax: 10 };
const never = new AbortController().signal;

/** True if the reservation got the bytes at once. */
function takes(reservation: ReturnType<ByteBudget['open']>, bytes: number): boolean {
  return reservation.take(bytes, never) === undefined;
}

function laterTurn(): Turn {
  return new Turn();
}

describe('the byte budget of a run', () => {
  it('counts no bytes of small responses', () => {
    const budget = new ByteBudget(LIMITS);
    for (let response = 0; response < 50; response += 1) {
      expect(takes(budget.open(laterTurn()), 10)).toBe(true);
    }
    expect(budget.heldBytes).toBe(0);
  });

  it('makes a large response wait until there is room', async () => {
    const budget = new ByteBudget(LIMITS);
    const first = budget.open(laterTurn());
    const second = budget.open(laterTurn());
    expect(takes(first, 90)).toBe(true);
    const room = second.take(60, never);
    expect(room).toBeInstanceOf(Promise);
    expect(budget.heldBytes).toBe(80);
    first.release();
    await room;
    expect(budget.heldBytes).toBe(50);
  });

  it('lets one response exceed it that the run needs next, and no second one', async () => {
    const budget = new ByteBudget(LIMITS);
    expect(takes(budget.open(laterTurn()), 110)).toBe(true);
    const [needed, other] = [budget.open(), budget.open()];
    expect(takes(needed, 500)).toBe(true);
    const room = other.take(500, never);
    expect(room).toBeInstanceOf(Promise);
    needed.settle();
    await room;
  });

  it('lets a waiting response exceed it once its source is the first', async () => {
    const budget = new ByteBudget(LIMITS);
    const turn = laterTurn();
    expect(takes(budget.open(laterTurn()), 110)).toBe(true);
    const room = budget.open(turn).take(500, never);
    expect(room).toBeInstanceOf(Promise);
    turn.becomeFirst();
    await room;
  });

  it('ends a wait with the reason of a stop', async () => {
    const budget = new ByteBudget(LIMITS);
    const stop = new AbortController();
    expect(takes(budget.open(laterTurn()), 110)).toBe(true);
    const room = budget.open(laterTurn()).take(500, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(room).rejects.toThrow('stopped');
    expect(budget.heldBytes).toBe(100);
  });

  it('gets all bytes back, whatever the order', () => {
    const budget = new ByteBudget(LIMITS);
    const reservations = [budget.open(), budget.open(laterTurn())];
    for (const reservation of reservations) takes(reservation, 40);
    for (const reservation of reservations) reservation.release();
    for (const reservation of reservations) reservation.release();
    expect(budget.heldBytes).toBe(0);
  });
});
