import type { KyselyPlugin } from 'kysely';
import { describe, expect, test } from 'vitest';
import { commitBatch } from '../../src/outbox/commit.ts';
import { countByState } from '../../src/outbox/event-counts.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { skipEvent } from '../../src/outbox/write-events.ts';
import { WakeSignal } from '../../src/push/wake-signal.ts';
import { ON_SQLITE } from '../support/database.ts';
import { batchOf, eventSeries, newEvent } from '../support/events.ts';
import { failInserts } from '../support/failing-database.ts';
import { pushRig, UNPACED } from '../support/push-rig.ts';
import { accepted, refused, throttled, unavailable } from '../support/scripted-gong.ts';
import { BEGIN, recordStatements } from '../support/statements.ts';

const numberOf = (eventId: string) => Number(eventId.slice(-6));

describe('concurrency', () => {
  test.for([1, 2, 4, 16])('of %i is fully used and never exceeded', async (concurrency) => {
    const rig = await pushRig({
      script: ({ eventId, attempt }) =>
        numberOf(eventId) % 5 === 0 && attempt < 3 ? unavailable : accepted,
      responseMs: ({ eventId }) => 50 + ((numberOf(eventId) * 37) % 400),
    });
    await rig.commit(eventSeries(120));
    const report = await rig.drain({ settings: { ...UNPACED, concurrency } });
    expect(report).toMatchObject({ delivered: 120, exhausted: 0 });
    expect(rig.gong.inFlightMax).toBe(concurrency);
  });

  test('of one sends events in claiming order', async () => {
    const rig = await pushRig({ script: () => accepted });
    const events = eventSeries(12);
    await rig.commit(events.toReversed());
    await rig.drain({ settings: { ...UNPACED, concurrency: 1 } });
    expect(rig.gong.sent).toEqual(events.map((event) => event.eventId));
  });

  test('is available to others while an event waits for its next attempt', async () => {
    const rig = await pushRig({
      script: ({ eventId }) => (eventId === 'event-000000' ? unavailable : accepted),
      responseMs: () => 10,
    });
    await rig.commit(eventSeries(20));
    const settings = { ...UNPACED, concurrency: 1 };
    await rig.drain({ settings, random: () => 1 - Number.EPSILON });
    expect(rig.gong.sent.slice(0, 20)).toEqual(eventSeries(20).map((event) => event.eventId));
    expect(rig.gong.sent.slice(20)).toEqual(Array(4).fill('event-000000'));
  });

  test('limits the events in memory while Gong is down', async () => {
    const rig = await pushRig({ script: () => unavailable, responseMs: () => 10 });
    await rig.commit(eventSeries(200));
    let claimedMax = 0;
    let rowsMax = 0;
    const watcher: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        rowsMax = Math.max(rowsMax, result.rows.length);
        return result;
      },
    };
    let ended = 0;
    const report = await rig.drain({
      db: rig.db.withPlugin(watcher),
      random: () => 1 - Number.EPSILON,
      onCall: () => {
        claimedMax = Math.max(claimedMax, new Set(rig.gong.sent).size - ended);
      },
      onSettled: ({ exhausted }) => {
        ended = exhausted;
      },
    });
    expect(report).toMatchObject({ exhausted: 200 });
    expect(claimedMax).toBeGreaterThan(60);
    expect(claimedMax).toBeLessThanOrEqual(64 + 4);
    // A claim reads no more than may be in memory.
    expect(rowsMax).toBe(64 + 4);
  });
});

describe('events that are claimed ahead of free slots', () => {
  const backfill = { priority: PRIORITY.backfill };
  const settings = { ...UNPACED, concurrency: 4 };

  test('are sent after fresh events that are committed in the meantime', async () => {
    const rig = await pushRig({
      script: () => accepted,
      // Slots become free one at a time.
      responseMs: ({ eventId }) => 100 + numberOf(eventId),
    });
    await commitBatch(rig.db, rig.lease, batchOf(eventSeries(12, 'past'), backfill));
    const push = rig.start({ settings });
    await rig.clock.pass(102);
    expect(rig.gong.sent.length).toBeGreaterThan(4);
    await rig.commit(eventSeries(2, 'fresh'));
    const before = rig.gong.sent.length;
    push.wake();
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 14 });
    const later = rig.gong.sent.slice(before);
    expect(later.slice(0, 2)).toEqual(['fresh-000000', 'fresh-000001']);
  });

  test('are sent as they are by then, not as they were', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(2));
    const push = rig.start({ settings: { ...UNPACED, callsPerSecond: 1, concurrency: 2 } });
    await rig.clock.pass(500);
    expect(rig.gong.sent).toEqual(['event-000000']);
    const body = JSON.stringify({ eventId: 'event-000001', contentTitle: 'changed' });
    await rig.db
      .updateTable('event')
      .set({ body })
      .where('event_id', '=', 'event-000001')
      .execute();
    await rig.clock.run(push.finish());
    expect(rig.gong.requests[1]?.body).toBe(body);
  });
});

test('responses that arrive together are recorded in one transaction', async () => {
  const { executed } = recordStatements();
  const rig = await pushRig({ script: () => accepted });
  await rig.commit(eventSeries(160));
  executed.length = 0;
  await rig.drain({ settings: { ...UNPACED, concurrency: 16 } });
  const transactions = executed.filter((text) => text === BEGIN).length;
  // Per 16 events: one for their permits, and one for their responses. And the first fold.
  expect(transactions).toBeLessThanOrEqual((2 * 160) / 16 + 2);
});

describe('the end of pushing', () => {
  test('comes at once if nothing is pending', async () => {
    const rig = await pushRig({ script: () => accepted });
    expect(await rig.drain()).toEqual({ delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 });
    expect(rig.calls()).toBe(0);
  });

  test('comes only after finish was called', async () => {
    const rig = await pushRig({ script: () => accepted });
    const push = rig.start();
    let ended = false;
    void push.ended.then(() => {
      ended = true;
    });
    await rig.clock.pass(3_600_000);
    await rig.commit(eventSeries(5, 'first'));
    push.wake();
    await rig.clock.pass(10_000);
    expect(rig.gong.sent).toHaveLength(5);
    await rig.commit(eventSeries(5, 'second'));
    expect(ended).toBe(false);
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 10 });
  });

  test('comes after events committed while the last requests were in flight', async () => {
    const rig = await pushRig({ script: () => accepted, responseMs: () => 5_000 });
    await rig.commit(eventSeries(3, 'first'));
    const push = rig.start();
    await rig.clock.pass(1_000);
    await rig.commit(eventSeries(20, 'second'));
    push.wake();
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 23 });
  });

  test('comes after events that were committed between the last claim and finish', async () => {
    const rig = await pushRig({ script: () => accepted });
    const other = rig.open();
    let push: ReturnType<typeof rig.start> | undefined;
    let finished: Promise<unknown> | undefined;
    // Runs between SQLite's result of a claim and the code that reads it.
    const between: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (result.rows.length === 0 && !finished) {
          await commitBatch(other, rig.lease, batchOf([newEvent('late')]));
          push?.wake();
          finished = push?.finish();
        }
        return result;
      },
    };
    push = rig.start({ db: rig.db.withPlugin(between) });
    expect(await rig.clock.run(push.ended)).toMatchObject({ delivered: 1 });
    await finished;
  });
});

test('WakeSignal keeps a notification before the wait, and several count as one', async () => {
  const event = new WakeSignal();
  event.notify();
  event.notify();
  await event.wait();
  let woken = false;
  const waiting = event.wait().then(() => {
    woken = true;
  });
  await Promise.resolve();
  expect(woken).toBe(false);
  event.notify();
  await waiting;
  expect(woken).toBe(true);
});

describe('an event that an operator skips after it was claimed', () => {
  const skip = (rig: Awaited<ReturnType<typeof pushRig>>) =>
    skipEvent(rig.db, { tenant: 'acme', eventId: 'one', now: rig.clock.now() });

  test.for([
    ['between two attempts', unavailable],
    ['during a pause', throttled(300_000)],
  ] as const)('%s is not sent again', async ([, response]) => {
    const rig = await pushRig({ script: ({ attempt }) => (attempt === 1 ? response : accepted) });
    await rig.commit([newEvent('one')]);
    const push = rig.start();
    await rig.clock.pass(200);
    expect(await skip(rig)).toBe(true);
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 0 });
    expect(rig.gong.requests).toHaveLength(1);
    expect(await rig.event('one')).toMatchObject({ state: 'skipped', reason: 'operator' });
  });

  test('while its request is in flight is delivered, because Gong has it', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit([newEvent('one')]);
    const push = rig.start();
    await rig.clock.pass(50);
    expect(await skip(rig)).toBe(true);
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 1 });
    expect(await rig.event('one')).toMatchObject({ state: 'delivered' });
  });
});

describe('a requested stop', () => {
  const stopped = { stop: { kind: 'stop-requested' } };

  async function stopAfter(ms: number, options: Parameters<typeof pushRig>[0]) {
    const rig = await pushRig(options);
    await rig.commit(eventSeries(50));
    const controller = new AbortController();
    const push = rig.start({ signal: controller.signal });
    await rig.clock.pass(ms);
    const stoppedAt = rig.clock.now();
    controller.abort(new Error('stop requested'));
    const report = await rig.clock.run(push.ended);
    return { rig, report, tookMs: rig.clock.now() - stoppedAt };
  }

  test('lets requests in flight finish and ends the claiming', async () => {
    const options = { script: () => accepted, responseMs: () => 7_000 };
    const { rig, report, tookMs } = await stopAfter(1_000, options);
    expect(report).toMatchObject({ delivered: 4, ...stopped });
    expect(tookMs).toBe(6_000);
    expect(rig.gong.requests).toHaveLength(4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 46, delivered: 4 });
  });

  test('cancels requests in flight after 8 s and leaves their events pending', async () => {
    const options = { script: () => accepted, responseMs: () => 29_000 };
    const { rig, report, tookMs } = await stopAfter(1_000, options);
    expect(report).toMatchObject({ delivered: 0, ...stopped });
    expect(tookMs).toBe(8_000);
    expect(rig.gong.inFlight).toBe(0);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 50 });
    expect(await rig.event('event-000000')).toMatchObject({ attempts: 0 });
  });

  test('interrupts the wait between two attempts and the wait during a pause', async () => {
    for (const response of [unavailable, throttled(300_000)]) {
      const { report, tookMs } = await stopAfter(1_100, {
        script: () => response,
        responseMs: () => 1_000,
      });
      expect(report).toMatchObject(stopped);
      expect(tookMs).toBe(response === unavailable ? 1_000 - 100 : 0);
    }
  });

  test('before the start prevents all requests', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(5));
    const report = await rig.drain({ signal: AbortSignal.abort(new Error('stop requested')) });
    expect(report).toMatchObject({ delivered: 0, ...stopped });
    expect(rig.gong.requests).toEqual([]);
  });

  test('cancels hanging requests even if pushing ended before for another reason', async () => {
    const rig = await pushRig({
      script: ({ eventId }) => (eventId === 'event-000000' ? refused : accepted),
      responseMs: ({ eventId }) => (eventId === 'event-000000' ? 10 : 29_000),
    });
    await rig.commit(eventSeries(4));
    const controller = new AbortController();
    const push = rig.start({ signal: controller.signal });
    await rig.clock.pass(1_000);
    controller.abort(new Error('stop requested'));
    const stoppedAt = rig.clock.now();
    const report = await rig.clock.run(push.ended);
    expect(report).toMatchObject({ delivered: 0, stop: { kind: 'refused' } });
    expect(rig.clock.now() - stoppedAt).toBe(8_000);
  });

  test('leaves no sleep behind', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(5));
    const controller = new AbortController();
    await rig.drain({ signal: controller.signal });
    controller.abort(new Error('stop requested'));
    expect(rig.clock.sleepers).toBe(0);
  });
});

describe('a database failure', () => {
  test('at a claim ends pushing with its error and ends the waits of other events', async () => {
    const rig = await pushRig({ script: () => unavailable, responseMs: () => 10 });
    await rig.commit(eventSeries(8));
    let claims = 0;
    const failing: KyselyPlugin = {
      transformQuery: ({ node }) => {
        if (node.kind === 'SelectQueryNode' && node.limit) claims += 1;
        if (claims > 3) throw new Error('disk failure');
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const push = rig.start({ db: rig.db.withPlugin(failing), random: () => 1 - Number.EPSILON });
    const startedAt = rig.clock.now();
    await expect(rig.clock.run(push.finish())).rejects.toThrow('disk failure');
    expect(rig.clock.now() - startedAt).toBeLessThan(1_000);
    expect(rig.clock.sleepers).toBe(0);
  });

  test('at a response is the last attempt to write, whatever is still in flight', async () => {
    const { executed } = recordStatements();
    const rig = await pushRig({
      script: () => accepted,
      responseMs: ({ eventId }) => 100 * (1 + numberOf(eventId)),
    });
    await rig.commit(eventSeries(8));
    await failInserts(rig.db, { table: 'attempt', message: 'disk failure' });
    await expect(rig.drain()).rejects.toThrow('disk failure');
    // The slot of the first response was free before the database failed; on a server, about then.
    expect(rig.gong.requests.length).toBeLessThanOrEqual(5);
    expect(rig.gong.requests.length).toBeGreaterThanOrEqual(ON_SQLITE ? 5 : 4);
    // Each write to a failing database would wait for its time-out.
    const writes = executed.filter((text) => text.startsWith('insert into "attempt"'));
    expect(writes).toHaveLength(1);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 8, delivered: 0 });
  });
});
