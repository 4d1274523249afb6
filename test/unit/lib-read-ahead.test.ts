import { describe, expect, test } from 'vitest';
import { readAhead } from '../../src/lib/read-ahead.ts';

/** Counts up to `end`; records the requested numbers and the signal that stops it. */
function counter(end: number, failure?: Error) {
  const seen = { requested: 0, ended: false, signal: undefined as AbortSignal | undefined };
  const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
    seen.signal = signal;
    try {
      while (seen.requested < end) {
        seen.requested += 1;
        yield seen.requested;
      }
      if (failure) throw failure;
    } finally {
      seen.ended = true;
    }
  };
  return { open, seen };
}

const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('reading ahead', () => {
  test('yields all values in order', async () => {
    const values: number[] = [];
    for await (const value of readAhead(counter(5).open)) values.push(value);
    expect(values).toEqual([1, 2, 3, 4, 5]);
  });

  test('fetches exactly one value while the consumer works', async () => {
    const { open, seen } = counter(10);
    const requested: number[] = [];
    for await (const _value of readAhead(open)) {
      await nextTick();
      requested.push(seen.requested);
    }
    expect(requested).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
  });

  test('throws an error only after the values before it, however early it occurred', async () => {
    const { open } = counter(2, new Error('cut'));
    const values: number[] = [];
    const reading = (async () => {
      for await (const value of readAhead(open)) {
        // The error occurs here, before the consumer awaits it; it must not end the process.
        await nextTick();
        await nextTick();
        values.push(value);
      }
    })();
    await expect(reading).rejects.toThrow('cut');
    expect(values).toEqual([1, 2]);
  });

  test('ends when the consumer stops early', async () => {
    const { open, seen } = counter(10);
    for await (const _value of readAhead(open)) break;
    expect(seen).toMatchObject({ requested: 2, ended: true });
    expect(seen.signal?.aborted).toBe(true);
  });

  test('does not wait for a pending value when the consumer stops early', async () => {
    const open = async function* (signal: AbortSignal): AsyncGenerator<number> {
      yield 1;
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    for await (const _value of readAhead(open)) break;
  });

  test('opens nothing before the first value is requested', async () => {
    const { open, seen } = counter(10);
    const values = readAhead(open);
    await nextTick();
    expect(seen.requested).toBe(0);
    await values.return(undefined);
    expect(seen.requested).toBe(0);
  });
});
