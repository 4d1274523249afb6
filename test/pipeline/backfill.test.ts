import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TenantConfig } from '../../src/config/types.ts';
import { listBackfills } from '../../src/db/backfills.ts';
import { StopRequested } from '../../src/lib/errors.ts';
import { statusOf } from '../../src/operator/status.ts';
import { PRIORITY } from '../../src/outbox/outbox-event.ts';
import { runBackfill } from '../../src/runs/backfill.ts';
import type { RunListener } from '../../src/runs/run-events.ts';
import { nextDue } from '../../src/scheduler/due-times.ts';
import { nextDueOf } from '../../src/scheduler/schedule-state.ts';
import { heldLease } from '../support/database.ts';
import { Past } from '../support/past.ts';
import type { World } from '../support/world.ts';

const SECOND_MS = 1_000;

let past: Past;
let world: World;
let tenant: TenantConfig;

beforeEach(async () => {
  past = await Past.open();
  ({ world, tenant } = past);
});

afterEach(() => world.close());

describe('the window', () => {
  test('includes its first moment and excludes its last, whatever `start` is', async () => {
    const since = past.daysAgo(20);
    const until = past.daysAgo(10);
    const at = [since - SECOND_MS, since, since + SECOND_MS, until - SECOND_MS, until];
    const ids = at.map((moment) => past.deliverAt(moment));
    const report = await world.backfill({ since, until }, { tenant });
    expect(report).toMatchObject({ kind: 'backfill', outcome: 'ok', found: { salesforce: 3 } });
    expect(past.sent()).toEqual(ids.slice(1, 4));
  });

  test('can begin and end within a second', async () => {
    const since = past.daysAgo(20);
    const until = past.daysAgo(10);
    const [first, second, last] = [since, since + SECOND_MS, until].map((at) => past.deliverAt(at));
    await world.backfill({ since: since + 1, until }, { tenant });
    expect(past.sent()).toEqual([second]);
    await world.backfill({ since, until: until + 1 }, { tenant });
    expect(past.sent()).toEqual([second, first, last]);
  });

  test('ends now by default', async () => {
    const [old, late] = [past.daysAgo(20), world.clock.now() - 10 * SECOND_MS].map((at) =>
      past.deliverAt(at),
    );
    await world.backfill({ since: past.daysAgo(30) }, { tenant });
    expect(past.sent()).toEqual([old, late]);
  });

  test('selects by the time of creation, whatever has changed since', async () => {
    const id = past.deliverAt(past.daysAgo(20));
    world.org.update(id, { Name: 'Renamed today' });
    const later = past.deliverAt(past.daysAgo(5));
    await world.backfill({ since: past.daysAgo(21), until: past.daysAgo(10) }, { tenant });
    expect(past.sent()).toEqual([id]);
    expect(await past.stored(later)).toBeUndefined();
  });

  test('can be empty', async () => {
    past.deliverAt(past.daysAgo(20));
    const report = await world.backfill({ since: past.daysAgo(10) }, { tenant });
    expect(report).toMatchObject({ outcome: 'ok', found: { salesforce: 0 }, queued: 0 });
  });
});

describe('the next scheduled run', () => {
  test('is not delayed: it sends what a backfill has queued but not sent by then', async () => {
    const ids = [20, 19, 18].map((days) => past.deliverAt(past.daysAgo(days)));
    const backfillUntil = world.clock.now();
    const window = { since: past.daysAgo(30) };
    const backfilled = await world.backfill(window, { tenant, backfillUntil });
    expect(backfilled).toMatchObject({ outcome: 'ok', queued: 3, delivered: 0, pending: 3 });
    expect(await world.sync({ tenant })).toMatchObject({ outcome: 'ok', delivered: 3 });
    expect(past.sent()).toEqual(ids);
  });

  test('is due every night, even if a backfill takes days', () => {
    const nightly = { ...tenant, schedule: '0 2 * * *', timezone: 'Europe/Berlin' };
    const evening = Date.parse('2026-11-23T20:00:00Z');
    const night = Date.parse('2026-11-24T01:00:00Z');
    expect(nextDueOf(nightly, evening)).toBe(night);
    expect(nextDueOf(nightly, night)).toBe(night + 24 * 60 * 60 * SECOND_MS);
    expect(nextDueOf(tenant, evening)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a share that a sync skipped as older than `start`', () => {
  /** An old delivery that a sync reads because it was changed. */
  async function skippedByAge(days: number): Promise<string> {
    const id = past.deliverAt(past.daysAgo(days));
    world.org.update(id, { Name: 'Touched' });
    expect(await world.sync({ tenant })).toMatchObject({ skipped: { 'before-start': 1 } });
    return id;
  }

  test('is sent by the backfill of its window, even if Salesforce no longer has it', async () => {
    const id = await skippedByAge(5);
    world.org.remove(id);
    await world.backfill({ since: past.daysAgo(4) }, { tenant });
    await world.backfill({ since: past.daysAgo(20), until: past.daysAgo(6) }, { tenant });
    expect(past.sent()).toEqual([]);
    const report = await world.backfill(
      { since: past.daysAgo(6), until: past.daysAgo(4) },
      { tenant },
    );
    expect(report).toMatchObject({ found: { salesforce: 0 }, queued: 1, delivered: 1 });
    expect(await past.stored(id)).toMatchObject({
      state: 'delivered',
      priority: PRIORITY.backfill,
    });
  });

  test('is sent even if `start` was moved past it', async () => {
    const id = past.deliverAt(past.daysAgo(0.5));
    await world.sync({ tenant, push: 'queue-only' });
    const later = { ...tenant, start: world.clock.now() };
    const next = past.deliverAt(past.daysAgo(0.4));
    await world.sync({ tenant: later, push: 'queue-only' });
    await world.backfill({ since: past.daysAgo(2) }, { tenant: later });
    expect(past.sent().toSorted()).toEqual([id, next].toSorted());
  });

  test('is still subject to the other rules', async () => {
    const robot = world.org.add('User', { LastName: 'Robot', Username: 'robot@package.example' });
    const id = world.org.deliver({
      title: 'Quote',
      byUserId: robot,
      at: past.daysAgo(5),
    }).deliveryId;
    world.org.update(id, { Name: 'Touched' });
    await world.sync({ tenant });
    const ignoring = past.tenantWith('salesforce', { ignoreCreatedBy: ['robot@package.example'] });
    const report = await world.backfill({ since: past.daysAgo(6) }, { tenant: ignoring });
    expect(report).toMatchObject({ queued: 0, skipped: { 'ignored-creator': 1 } });
    expect(await past.stored(id)).toMatchObject({ state: 'skipped', reason: 'ignored-creator' });
  });

  test('is read in order, even if there is more than one batch', async () => {
    // One of them has another reason, and stays skipped.
    const ids = Array.from({ length: 2_100 }, (_, number) =>
      past.deliverAt(past.daysAgo(5) + number * 1_000),
    );
    for (const id of ids) world.org.update(id, { Name: 'Touched' });
    await world.sync({ tenant, push: 'queue-only' });
    const { db } = await world.context();
    await db
      .updateTable('event')
      .set({ reason: 'operator' })
      .where('event_id', '=', `salesforce:${ids[7]}`)
      .execute();
    for (const id of ids) world.org.remove(id);
    const report = await world.backfill({ since: past.daysAgo(6) }, { tenant, push: 'queue-only' });
    expect(report).toMatchObject({ queued: 2_099, pending: 2_099 });
  });
});

describe('windows that overlap each other and syncs', () => {
  test.each<[string, readonly ('sync' | readonly [number, number])[]]>([
    [
      'earliest first',
      [
        [30, 15],
        [20, 5],
        [10, 0],
      ],
    ],
    [
      'latest first',
      [
        [10, 0],
        [20, 5],
        [30, 15],
      ],
    ],
    ['a sync first', ['sync', [30, 0]]],
    ['a sync last', [[30, 0], 'sync']],
    ['a sync in between', [[30, 15], 'sync', [20, 0], 'sync']],
    ['everything twice', [[30, 0], 'sync', [30, 0], 'sync']],
  ])('%s: each share once, with one eventId', async (_name, runs) => {
    const ids = Array.from({ length: 30 }, (_, number) =>
      past.deliverAt(past.daysAgo(29.5 - number)),
    );
    // A sync reads these old ones, too, because they were changed lately.
    for (const id of ids.slice(0, 20)) world.org.update(id, { Name: 'Touched' });
    for (const run of runs) {
      const report =
        run === 'sync'
          ? await world.sync({ tenant })
          : await world.backfill(
              { since: past.daysAgo(run[0]), until: past.daysAgo(run[1]) },
              { tenant },
            );
      expect(report).toMatchObject({ outcome: 'ok', errors: [], duplicates: 0, pending: 0 });
    }
    expect(past.sent().toSorted()).toEqual(ids.toSorted());
    const eventIds = world.gong.events.map(({ eventId }) => eventId);
    expect(eventIds.toSorted()).toEqual(ids.map((id) => `salesforce:${id}`).toSorted());
  });

  test('a completed window, repeated, finds nothing new and reads as little as possible', async () => {
    past.deliverAt(past.daysAgo(20));
    const window = { since: past.daysAgo(30) };
    await world.backfill(window, { tenant });
    world.org.resetCounters();
    const report = await world.backfill(window, { tenant });
    expect(report).toMatchObject({ outcome: 'ok', found: { salesforce: 0 }, queued: 0 });
    expect(report).toMatchObject({ calls: { salesforce: 1, gong: 0 } });
    expect(world.org.counters.total).toBe(1);
  });

  test('a repeated window finds what the first one missed', async () => {
    const window = { since: past.daysAgo(30), until: past.daysAgo(10) };
    const hidden = past.deliverAt(past.daysAgo(20));
    world.org.hide(hidden);
    await world.backfill(window, { tenant });
    world.org.show(hidden);
    expect(await world.backfill(window, { tenant })).toMatchObject({ found: { salesforce: 1 } });
  });
});

describe('an interrupted window', () => {
  test('resumes after its last page by its own cursor, which is deleted at the end', async () => {
    const { org } = world;
    past.deliverAt(past.daysAgo(0.5));
    await world.sync({ tenant });
    const ofSync = await past.cursors();
    org.set({ pageRowsMax: 200 });
    const first = past.daysAgo(20);
    const ids = Array.from({ length: 1_000 }, (_, number) =>
      past.deliverAt(first + number * 60_000),
    );
    const since = past.daysAgo(30);
    const until = past.daysAgo(10);
    past.breakReading();
    const broken = await world.backfill({ since, until }, { tenant, push: 'queue-only' });
    expect(broken).toMatchObject({ outcome: 'partial', errors: [{ stage: 'salesforce' }] });
    const done = broken.queued;
    expect(done).toBe(400);
    const own = (await past.cursors()).filter((cursor) => !ofSync.includes(cursor));
    const ends = [since, until].map((at) => new Date(at).toISOString());
    const mark = new Date(first + (done - 1) * 60_000).toISOString();
    expect(own).toEqual([`backfill/salesforce/${ends.join('/')} {"mark":"${mark}"}`]);
    const { db } = await world.context();
    expect(await listBackfills(db, 'acme')).toMatchObject([{ state: 'reading', since, until }]);

    org.resetCounters();
    const rest = await world.backfill({ since, until }, { tenant, push: 'queue-only' });
    expect(rest).toMatchObject({ outcome: 'ok', queued: ids.length - done, errors: [] });
    // The last row is read again, since other rows can have the same second; so is the Contact.
    expect(org.counters.rows - (ids.length - done)).toBeLessThanOrEqual(2);
    expect(await past.cursors()).toEqual(ofSync);
    expect(await listBackfills(db, 'acme')).toMatchObject([{ state: 'read', since, until }]);
  });

  test('that could not read anything is failed, and does not block another window', async () => {
    const body = [{ errorCode: 'INSUFFICIENT_ACCESS', message: 'no access' }];
    const action = { kind: 'answer', status: 403, body } as const;
    const fault = world.server.faults.add({ vendor: 'salesforce', pathIncludes: '/query', action });
    past.deliverAt(past.daysAgo(20));
    const report = await world.backfill({ since: past.daysAgo(30) }, { tenant });
    expect(report).toMatchObject({ outcome: 'failed', errors: [{ stage: 'salesforce' }] });
    world.server.faults.remove(fault);
    const other = await world.backfill({ since: past.daysAgo(31) }, { tenant });
    expect(other).toMatchObject({ outcome: 'ok', delivered: 1 });
    const { db } = await world.context();
    const states = (await listBackfills(db, 'acme')).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['read', 'reading']);
  });

  test('loses nothing if its run was asked to stop, and the report says so', async () => {
    const ids = Array.from({ length: 3 }, (_, number) => past.deliverAt(past.daysAgo(20 - number)));
    const stop = new AbortController();
    const listener: RunListener = ({ kind }) => {
      if (kind === 'window read') stop.abort(new StopRequested());
    };
    const stopped = await world.backfill(
      { since: past.daysAgo(30) },
      { tenant, signal: stop.signal, listeners: [listener] },
    );
    expect(stopped).toMatchObject({ errors: [{ stage: 'run' }], queued: 0 });
    await world.backfill({ since: past.daysAgo(30) }, { tenant });
    expect(new Set(past.sent())).toEqual(new Set(ids));
  });
});

test('a backfill does nothing while another run has the tenant', async () => {
  past.deliverAt(past.daysAgo(20));
  const { db } = await world.context();
  await heldLease(db, world.clock.now());
  const report = await world.backfill({ since: past.daysAgo(30) }, { tenant });
  expect(report).toMatchObject({ kind: 'backfill', outcome: 'busy', found: { salesforce: 0 } });
  expect(await listBackfills(db, 'acme')).toEqual([]);
});

test('progress is reported up to the total, even if some rows are not shares of the window', async () => {
  const since = past.daysAgo(20);
  for (let number = 0; number < 5; number += 1) past.deliverAt(since + number * SECOND_MS);
  const read: (readonly [number, number])[] = [];
  const listener: RunListener = (event) => {
    if (event.kind === 'window read') read.push([event.done, event.total]);
  };
  await world.backfill(
    // Salesforce counts all rows of the second in which the window begins.
    { since: since + 500 },
    { tenant, listeners: [listener] },
  );
  expect(read[0]).toEqual([0, 5]);
  expect(read.at(-1)).toEqual([4, 4]);
});

describe('the calls of scheduled runs', () => {
  test('are reserved for them, and the remaining days are estimated from the other calls', async () => {
    const paced = { ...past.tenantWith('gong', { callsPerDay: 10 }), schedule: '0 2 * * *' };
    for (let share = 0; share < 4; share += 1) past.deliverAt(world.clock.now() - 60 * SECOND_MS);
    expect(await world.sync({ tenant: paced })).toMatchObject({ delivered: 4 });
    for (let share = 0; share < 20; share += 1)
      past.deliverAt(past.daysAgo(20) + share * SECOND_MS);
    const window = { since: past.daysAgo(30), until: past.daysAgo(10) };
    const opened = await world.context();
    const context = { ...opened, config: { ...opened.config, tenants: [paced] } };
    const how = { push: 'send', backfillUntil: Number.POSITIVE_INFINITY } as const;
    const { signal } = new AbortController();
    const options = { tenant: paced, window, ...how, signal, listeners: [] };
    const report = await runBackfill(context, options);
    expect(report).toMatchObject({ outcome: 'ok', queued: 20, delivered: 2, pending: 18 });
    const [status] = await statusOf(context, [paced], nextDue);
    expect(status?.history).toEqual({ settled: 2, waiting: 18, callsPerDay: 6 });
  });
});
