import type { KyselyPlugin } from 'kysely';
import { describe, expect, test } from 'vitest';
import { skipEvent } from '../../src/outbox/events.ts';
import { countByState } from '../../src/outbox/queries.ts';
import { AutoResetEvent } from '../../src/push/wake-signal.ts';
import { eventSeries, newEvent } from '../support/events.ts';
import { pushRig, UNPACED } from '../support/push-rig.ts';
import { accepted, refused, throttled, unavailable } from '../support/scripted-gong.ts';

const numberOf = (eventId: string) => Number(eventId.slice(-6));

describe('how much at once', () => {
  test.for([1, 2, 4, 16])('%i in flight, never more, and all places used', async (concurrency) => {
    const rig = await pushRig({
      script: ({ eventId, tries }) =>
        numberOf(eventId) % 5 === 0 && tries < 3 ? unavailable : accepted,
      answerMs: ({ eventId }) => 50 + ((numberOf(eventId) * 37) % 400),
    });
    await rig.commit(eventSeries(120));
    const report = await rig.drain({ settings: { ...UNPACED, concurrency } });
    expect(report).toMatchObject({ delivered: 120, exhausted: 0 });
    expect(rig.gong.inFlightMax).toBe(concurrency);
  });

  test('with one place they go in the order of claiming', async () => {
    const rig = await pushRig({ script: () => accepted });
    const events = eventSeries(12);
    await rig.commit(events.toReversed());
    await rig.drain({ settings: { ...UNPACED, concurrency: 1 } });
    expect(rig.gong.sent).toEqual(events.map((event) => event.eventId));
  });

  test('an event that waits for its next try leaves its place to the others', async () => {
    const rig = await pushRig({
      script: ({ eventId }) => (eventId === 'event-000000' ? unavailable : accepted),
      answerMs: () => 10,
    });
    await rig.commit(eventSeries(20));
    const settings = { ...UNPACED, concurrency: 1 };
    await rig.drain({ settings, random: () => 1 - Number.EPSILON });
    expect(rig.gong.sent.slice(0, 20)).toEqual(eventSeries(20).map((event) => event.eventId));
    expect(rig.gong.sent.slice(20)).toEqual(Array(4).fill('event-000000'));
  });

  test('a Gong that is down holds so many events in memory and no more, whatever waits', async () => {
    const rig = await pushRig({ script: () => unavailable, answerMs: () => 10 });
    await rig.commit(eventSeries(200));
    let inHandMax = 0;
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
        inHandMax = Math.max(inHandMax, new Set(rig.gong.sent).size - ended);
      },
      onSettled: ({ exhausted }) => {
        ended = exhausted;
      },
    });
    expect(report).toMatchObject({ exhausted: 200 });
    expect(inHandMax).toBeGreaterThan(60);
    expect(inHandMax).toBeLessThanOrEqual(64 + 4);
    expect(rowsMax).toBe(4);
  });
});

describe('until when', () => {
  test('nothing to send ends at once', async () => {
    const rig = await pushRig({ script: () => accepted });
    expect(await rig.drain()).toEqual({ delivered: 0, duplicates: 0, rejected: 0, exhausted: 0 });
    expect(rig.calls()).toBe(0);
  });

  test('it waits for more until it is told that no more comes', async () => {
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

  test('what is committed while the last ones are in flight still goes', async () => {
    const rig = await pushRig({ script: () => accepted, answerMs: () => 5_000 });
    await rig.commit(eventSeries(3, 'first'));
    const push = rig.start();
    await rig.clock.pass(1_000);
    await rig.commit(eventSeries(20, 'second'));
    push.wake();
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 23 });
  });

  test('what is committed between the last claim and the end that is told still goes', async () => {
    const rig = await pushRig({ script: () => accepted });
    const other = rig.open();
    let push: ReturnType<typeof rig.start> | undefined;
    let finished: Promise<unknown> | undefined;
    // Stands between SQLite's answer to a claim and the sender that reads it.
    const between: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (result.rows.length === 0 && !finished) {
          const { commitBatch } = await import('../../src/outbox/commit.ts');
          const { batchOf } = await import('../support/events.ts');
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

  test('a change before the wait is not lost, and many changes are one', async () => {
    const latch = new AutoResetEvent();
    latch.notify();
    latch.notify();
    await latch.wait();
    let woken = false;
    const waiting = latch.wait().then(() => {
      woken = true;
    });
    await Promise.resolve();
    expect(woken).toBe(false);
    latch.notify();
    await waiting;
    expect(woken).toBe(true);
  });
});

describe('an event that an operator skips while it is in hand', () => {
  const skip = (rig: Awaited<ReturnType<typeof pushRig>>) =>
    skipEvent(rig.db, { tenant: 'acme', eventId: 'one', now: rig.clock.now() });

  test.for([
    ['between two tries', unavailable],
    ['in a pause of Gong', throttled(300_000)],
  ] as const)('%s is not sent again', async ([, answer]) => {
    const rig = await pushRig({ script: ({ tries }) => (tries === 1 ? answer : accepted) });
    await rig.commit([newEvent('one')]);
    const push = rig.start();
    await rig.clock.pass(200);
    expect(await skip(rig)).toBe(true);
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 0 });
    expect(rig.gong.requests).toHaveLength(1);
    expect(await rig.event('one')).toMatchObject({ state: 'skipped', reason: 'operator' });
  });

  test('while its request is under way is delivered, for that is what Gong has', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit([newEvent('one')]);
    const push = rig.start();
    await rig.clock.pass(50);
    expect(await skip(rig)).toBe(true);
    expect(await rig.clock.run(push.finish())).toMatchObject({ delivered: 1 });
    expect(await rig.event('one')).toMatchObject({ state: 'delivered' });
  });
});

describe('a stop that is asked for', () => {
  const stopped = { stop: { kind: 'stop-requested' } };

  async function stopAfter(ms: number, options: Parameters<typeof pushRig>[0]) {
    const rig = await pushRig(options);
    await rig.commit(eventSeries(50));
    const controller = new AbortController();
    const push = rig.start({ signal: controller.signal });
    await rig.clock.pass(ms);
    const askedAt = rig.clock.now();
    controller.abort(new Error('asked to stop'));
    const report = await rig.clock.run(push.ended);
    return { rig, report, tookMs: rig.clock.now() - askedAt };
  }

  test('lets what is in flight end, and claims no more', async () => {
    const options = { script: () => accepted, answerMs: () => 7_000 };
    const { rig, report, tookMs } = await stopAfter(1_000, options);
    expect(report).toMatchObject({ delivered: 4, ...stopped });
    expect(tookMs).toBe(6_000);
    expect(rig.gong.requests).toHaveLength(4);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 46, delivered: 4 });
  });

  test('cuts what is still in flight after 8 s, and leaves it pending', async () => {
    const options = { script: () => accepted, answerMs: () => 29_000 };
    const { rig, report, tookMs } = await stopAfter(1_000, options);
    expect(report).toMatchObject({ delivered: 0, ...stopped });
    expect(tookMs).toBe(8_000);
    expect(rig.gong.inFlight).toBe(0);
    expect(await countByState(rig.db, 'acme')).toMatchObject({ pending: 50 });
    expect(await rig.event('event-000000')).toMatchObject({ attempts: 0 });
  });

  test('breaks off the wait between two tries, and the wait for a pause of Gong', async () => {
    for (const answer of [unavailable, throttled(300_000)]) {
      const { report, tookMs } = await stopAfter(1_100, {
        script: () => answer,
        answerMs: () => 1_000,
      });
      expect(report).toMatchObject(stopped);
      expect(tookMs).toBe(answer === unavailable ? 1_000 - 100 : 0);
    }
  });

  test('that came before the beginning: nothing is sent', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(5));
    const report = await rig.drain({ signal: AbortSignal.abort(new Error('asked to stop')) });
    expect(report).toMatchObject({ delivered: 0, ...stopped });
    expect(rig.gong.requests).toEqual([]);
  });

  test('cuts also where pushing had ended for another reason and the last requests hang', async () => {
    const rig = await pushRig({
      script: ({ eventId }) => (eventId === 'event-000000' ? refused : accepted),
      answerMs: ({ eventId }) => (eventId === 'event-000000' ? 10 : 29_000),
    });
    await rig.commit(eventSeries(4));
    const controller = new AbortController();
    const push = rig.start({ signal: controller.signal });
    await rig.clock.pass(1_000);
    controller.abort(new Error('asked to stop'));
    const askedAt = rig.clock.now();
    const report = await rig.clock.run(push.ended);
    expect(report).toMatchObject({ delivered: 0, stop: { kind: 'refused' } });
    expect(rig.clock.now() - askedAt).toBe(8_000);
  });

  test('leaves nothing behind that sleeps or listens', async () => {
    const rig = await pushRig({ script: () => accepted });
    await rig.commit(eventSeries(5));
    const controller = new AbortController();
    await rig.drain({ signal: controller.signal });
    controller.abort(new Error('asked to stop'));
    expect(rig.clock.sleepers).toBe(0);
  });
});

describe('a database that fails', () => {
  test('at a claim ends pushing with its error, and the waits of other events with it', async () => {
    const rig = await pushRig({ script: () => unavailable, answerMs: () => 10 });
    await rig.commit(eventSeries(8));
    let claims = 0;
    const failing: KyselyPlugin = {
      transformQuery: ({ node }) => {
        if (node.kind === 'SelectQueryNode' && node.limit) claims += 1;
        if (claims > 3) throw new Error('the disk is gone');
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const push = rig.start({ db: rig.db.withPlugin(failing), random: () => 1 - Number.EPSILON });
    const startedAt = rig.clock.now();
    await expect(rig.clock.run(push.finish())).rejects.toThrow('the disk is gone');
    expect(rig.clock.now() - startedAt).toBeLessThan(1_000);
    expect(rig.clock.sleepers).toBe(0);
  });
});
