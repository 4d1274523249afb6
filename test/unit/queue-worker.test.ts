import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../src/lib/log.ts';
import { FINISHED, QueueWorker, UNKNOWN_TENANT } from '../../src/queue/queue-worker.ts';
import type { QueuedRun, TakenRun } from '../../src/queue/run-queue.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

/** A queue in memory, and a worker that knows one tenant. */
function startWorker(known: string) {
  const waiting: QueuedRun[] = [];
  const exceptions: (readonly string[])[] = [];
  const executed: string[] = [];
  const stop = new AbortController();
  let taken = 0;
  const worker = new QueueWorker({
    context: { clock: new ManualClock(), log: silentLogger },
    signal: stop.signal,
    queue: {
      take: async (_count, { except }) => {
        exceptions.push(except);
        // A worker that takes the same run again and again must not block the test.
        await setImmediate();
        const at = waiting.findIndex(({ tenant }) => !except.includes(tenant));
        taken += 1;
        return waiting
          .splice(at, at < 0 ? 0 : 1)
          .map((entry): TakenRun => ({ entry, attempt: { id: String(taken), retryCount: 0 } }));
      },
      keep: async () => {},
      finish: async ({ entry }) => void executed.push(entry.tenant),
      putBack: async (_run, entry, delayMs) => {
        expect(delayMs).toBe(0);
        waiting.push(entry);
      },
    },
    execute: async ({ tenant }) => (tenant === known ? FINISHED : UNKNOWN_TENANT),
  });
  onTestFinished(async () => {
    stop.abort();
    await worker.drained();
  });
  return { worker, waiting, exceptions, executed };
}

test('a run of an unknown tenant is put back at once, and not taken again', async () => {
  const { worker, waiting, exceptions, executed } = startWorker('known');
  waiting.push({ kind: 'history', tenant: 'unknown', busy: 0 });
  waiting.push({ kind: 'history', tenant: 'known', busy: 0 });
  worker.takeAtOnce(1);
  await until(() => executed.length === 1);
  worker.wake();
  await until(() => exceptions.length >= 3);
  expect(executed).toEqual(['known']);
  expect(waiting.map(({ tenant }) => tenant)).toEqual(['unknown']);
  expect(exceptions.at(-1)).toEqual(['unknown']);
});

test('a new configuration may have the tenant: its runs are taken again', async () => {
  const { worker, waiting, exceptions } = startWorker('known');
  waiting.push({ kind: 'history', tenant: 'unknown', busy: 0 });
  worker.takeAtOnce(1);
  await until(() => exceptions.at(-1)?.length === 1);
  waiting.length = 0;
  worker.forgetUnknownTenants();
  await until(() => exceptions.at(-1)?.length === 0);
});
