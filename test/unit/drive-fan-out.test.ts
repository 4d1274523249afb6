import { describe, expect, test } from 'vitest';
import { readInOrder } from '../../src/sources/drive/fan-out.ts';

interface Turn {
  readonly item: number;
  readonly value: string;
}

/** Sources that give two values each once they are let, and note what they were asked for. */
function sources(failing: readonly number[] = []) {
  const asked: string[] = [];
  const closed: number[] = [];
  let underWay = 0;
  let most = 0;
  async function* open(item: number): AsyncGenerator<string> {
    underWay += 1;
    most = Math.max(most, underWay);
    try {
      for (const part of ['a', 'b']) {
        asked.push(`${item}${part}`);
        // The later a source, the faster it is.
        for (let ticks = 0; ticks < 20 - item; ticks += 1) await Promise.resolve();
        if (failing.includes(item)) throw new Error(`no ${item}`);
        yield `${item}${part}`;
      }
    } finally {
      underWay -= 1;
      closed.push(item);
    }
  }
  return { open, asked, closed, most: () => most };
}

const ITEMS = [0, 1, 2, 3, 4, 5];

describe('many sources read side by side', () => {
  test('come in their order, whichever is faster', async () => {
    const { open, most } = sources();
    const values: Turn[] = [];
    for await (const outcome of readInOrder(ITEMS, 3, open)) {
      if ('value' in outcome) values.push(outcome);
    }
    expect(values.map(({ value }) => value)).toEqual(
      ITEMS.flatMap((item) => [`${item}a`, `${item}b`]),
    );
    expect(most()).toBe(3);
  });

  test('one that fails is told in its place, and the others go on', async () => {
    const { open } = sources([1, 4]);
    const told: string[] = [];
    for await (const outcome of readInOrder(ITEMS, 3, open)) {
      told.push('value' in outcome ? outcome.value : `${outcome.item} failed`);
    }
    expect(told).toEqual(['0a', '0b', '1 failed', '2a', '2b', '3a', '3b', '4 failed', '5a', '5b']);
  });

  test('none is more than one value ahead of what is taken', async () => {
    const { open, asked } = sources();
    for await (const outcome of readInOrder(ITEMS, 3, open)) {
      for (let ticks = 0; ticks < 100; ticks += 1) await Promise.resolve();
      expect(asked).toEqual(['0a', '1a', '2a', '0b']);
      expect(outcome).toEqual({ item: 0, value: '0a' });
      break;
    }
  });

  test('all are closed where the taking ends', async () => {
    const { open, closed } = sources();
    for await (const _outcome of readInOrder(ITEMS, 3, open)) break;
    expect(closed.toSorted()).toEqual([0, 1, 2]);
  });
});
