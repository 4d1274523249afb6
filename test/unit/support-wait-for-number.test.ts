import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { waitForNumber } from '../support/postgres/wait-for-number.ts';

const WAIT_MS_MAX = 60_000;

function startThread(counter: Int32Array, code: string): Worker {
  const head = "const { workerData: counter } = require('node:worker_threads');";
  return new Worker(`${head} ${code}`, { eval: true, workerData: counter });
}

test('a notification that comes before the number does not end the wait', async () => {
  const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  // Wakes this thread, certainly, and raises the number only later.
  const thread = startThread(
    counter,
    `
    while (Atomics.notify(counter, 0) === 0);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(pause, 0, 0, 100);
    Atomics.store(counter, 0, 7);
    Atomics.notify(counter, 0);
    `,
  );
  const ended = once(thread, 'exit');
  expect(waitForNumber(counter, 7, WAIT_MS_MAX)).toBe(true);
  expect(Atomics.load(counter, 0)).toBe(7);
  await ended;
});

test('a number that was reached before needs no wait, and one that never comes ends it', () => {
  const counter = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  Atomics.store(counter, 0, 7);
  expect(waitForNumber(counter, 6, 0)).toBe(true);
  expect(waitForNumber(counter, 8, 1)).toBe(false);
});
