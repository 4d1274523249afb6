import { describe, expect, test } from 'vitest';
import { readInOrder } from '../../src/lib/read-in-order.ts';

/** Sources that yield two values each and record what was requested. */
function sources(failing: readonly number[] = []) {
  const requested: string[] = [];
  const closed: number[] = [];
  let running = 0;
  let most = 0;
  async function* open(item: number): AsyncGenerator<string> {
    running += 1;
    most = Math.max(most, running);
    try {
      for (const part of ['a', 'b']) {
        requested.push(`${item}${part}`);
        // Later sources are faster.
        for (let ticks = 0; ticks < 20 - item; ticks += 1) await Promise.resolve();
        if (failing.includes(item)) throw new Error(`no ${item}`);
        yield `${item}${part}`;
      }
    } finally {
      running -= 1;
      closed.push(item);
    }
  }
  return { open, requested, closed, most: () => most };
}

const ITEMS = [0, 1, 2, 3, 4, 5];

describe('sources that are read concurrently', () => {
  test('yield their values in order, whichever is faster', async () => {
    const { open, most } = sources();
    const values: string[] = [];
    for await (const outcome of readInOrder(ITEMS, 3, open)) {
      if ('value' in outcome) values.push(outcome.value);
    }
    expect(values).toEqual(ITEMS.flatMap((item) => [`${item}a`, `${item}b`]));
    expect(most()).toBe(3);
  });

  test('report a failure in its place and continue with the others', async () => {
    const { open } = sources([1, 4]);
    const outcomes: string[] = [];
    for await (const outcome of readInOrder(ITEMS, 3, open)) {
      outcomes.push('value' in outcome ? outcome.value : `${outcome.item} failed`);
    }
    expect(outcomes).toEqual([
      '0a',
      '0b',
      '1 failed',
      '2a',
      '2b',
      '3a',
      '3b',
      '4 failed',
      '5a',
      '5b',
    ]);
  });

  test('are at most one value ahead of the consumer', async () => {
    const { open, requested } = sources();
    for await (const outcome of readInOrder(ITEMS, 3, open)) {
      for (let ticks = 0; ticks < 100; ticks += 1) await Promise.resolve();
      expect(requested).toEqual(['0a', '1a', '2a', '0b']);
      expect(outcome).toEqual({ item: 0, value: '0a' });
      break;
    }
  });

  test('are closed when the consumer stops', async () => {
    const { open, closed } = sources();
    for await (const _outcome of readInOrder(ITEMS, 3, open)) break;
    expect(closed.toSorted()).toEqual([0, 1, 2]);
  });
});
