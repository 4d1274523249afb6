import { describe, expect, test } from 'vitest';
import { readAhead } from '../../src/lib/read-ahead.ts';

/** Counts up to `end`, noting when each number was asked for and when it was told to stop. */
function counter(end: number, failure?: Error) {
  const seen = { asked: 0, ended: false, signal: undefined as AbortSignal | undefined };
  const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
    seen.signal = signal;
    try {
      while (seen.asked < end) {
        seen.asked += 1;
        yield seen.asked;
      }
      if (failure) throw failure;
    } finally {
      seen.ended = true;
    }
  };
  return { open, seen };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('reading ahead', () => {
  test('gives all values in their order', async () => {
    const values: number[] = [];
    for await (const value of readAhead(counter(5).open)) values.push(value);
    expect(values).toEqual([1, 2, 3, 4, 5]);
  });

  test('fetches one value while the consumer works, and never two', async () => {
    const { open, seen } = counter(10);
    const asked: number[] = [];
    for await (const _value of readAhead(open)) {
      await turn();
      asked.push(seen.asked);
    }
    expect(asked).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
  });

  test('an error comes after the values before it, however early it happened', async () => {
    const { open } = counter(2, new Error('cut'));
    const values: number[] = [];
    const reading = (async () => {
      for await (const value of readAhead(open)) {
        // The error happens here, while nobody waits for it: it must not end the process.
        await turn();
        await turn();
        values.push(value);
      }
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(values).toEqual([1, 2]);
  });

  test('a consumer that stops early ends the reading', async () => {
    const { open, seen } = counter(10);
    for await (const _value of readAhead(open)) break;
    expect(seen).toMatchObject({ asked: 2, ended: true });
    expect(seen.signal?.aborted).toBe(true);
  });

  test('a consumer that stops early does not wait for a value that never comes', async () => {
    const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
      yield 1;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    for await (const _value of readAhead(open)) break;
  });

  test('nothing is opened before the first value is wanted', async () => {
    const { open, seen } = counter(10);
    const values = readAhead(open);
    await turn();
    expect(seen.asked).toBe(0);
    await values.return(undefined);
    expect(seen.asked).toBe(0);
  });
});
