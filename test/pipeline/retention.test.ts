import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backfillStream, beginBackfill, listBackfills } from '../../src/db/backfills.ts';
import { writeCursor } from '../../src/db/cursors.ts';
import type { Database } from '../../src/db/schema.ts';
import { findActionable, retrySelected } from '../../src/operator/retry-and-skip.ts';
import { findEvents } from '../../src/outbox/find-events.ts';
import type { StoredEvent } from '../../src/outbox/outbox-event.ts';
import { afterRuns } from '../../src/service/after-runs.ts';
import { applyRetention } from '../../src/service/retention.ts';
import { heldLease } from '../support/database.ts';
import { listCursors } from '../support/list-cursors.ts';
import { startWorld, type World } from '../support/world.ts';

const DAY_MS = 24 * 60 * 60_000;
const signal = new AbortController().signal;
let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

/** Advances half a year and a day, and applies retention. */
async function expire(): Promise<void> {
  world.clock.advance(181 * DAY_MS);
  await applyRetention(await world.context(), signal);
}

async function stored(deliveryId: string): Promise<StoredEvent | undefined> {
  const { db } = await world.context();
  return (await findEvents(db, ['acme'], `salesforce:${deliveryId}`))[0];
}

function deliver(title: string, fields: Record<string, string | null> = {}): string {
  const contact = world.org.add('Contact', { LastName: 'Byron', Email: 'ada@globex.example' });
  return world.org.deliver({ title, relatedTo: contact, fields }).deliveryId;
}

test('an event delivered half a year ago is erased, and sync --full does not send it again', async () => {
  const deliveryId = deliver('Deck');
  await world.sync();
  await expire();
  expect(await stored(deliveryId)).toMatchObject({
    state: 'delivered',
    share: { content: { title: '' } },
  });
  expect(JSON.stringify(await stored(deliveryId))).not.toMatch(/ada|Deck|globex/);
  const report = await world.sync({ reach: 'all' });
  expect(report).toMatchObject({ outcome: 'ok', queued: 0, delivered: 0 });
  expect(report.found.salesforce).toBe(0);
  expect(world.gong.events).toHaveLength(1);
});

test('a day earlier, it is not erased', async () => {
  const deliveryId = deliver('Deck');
  await world.sync();
  world.clock.advance(179 * DAY_MS);
  await applyRetention(await world.context(), signal);
  expect(await stored(deliveryId)).toMatchObject({ share: { content: { title: 'Deck' } } });
});

test('a share skipped as no-url is reported once its link appears, even if it was erased', async () => {
  const deliveryId = deliver('Deck', { DistributionPublicUrl: null });
  await world.sync();
  expect(await stored(deliveryId)).toMatchObject({ state: 'skipped', reason: 'no-url' });
  await expire();
  expect(await stored(deliveryId)).toHaveProperty('erasedAt');
  world.org.update(deliveryId, { DistributionPublicUrl: 'https://acme.example/link' });
  expect(await world.sync()).toMatchObject({ delivered: 1 });
  expect(await stored(deliveryId)).toMatchObject({ state: 'delivered' });
  expect(await stored(deliveryId)).not.toHaveProperty('erasedAt');
});

test('an erased rejected event is refused by retry by id, and omitted by retry by state', async () => {
  const deliveryId = deliver('Deck');
  const body = { requestId: 'r', errors: ['no'] };
  world.server.faults.add({
    vendor: 'gong',
    times: 1,
    action: { kind: 'answer', status: 400, body },
  });
  await world.sync();
  await expire();
  const { tenant } = world;
  const context = await world.context();
  const eventIds = [`salesforce:${deliveryId}`];
  await expect(findActionable(context, [tenant], { eventIds, action: 'retry' })).rejects.toThrow(
    'cannot be rebuilt: its people and its body are erased',
  );
  expect(await retrySelected(context, tenant, { state: 'rejected', signal })).toEqual({
    queued: 0,
    rejected: 0,
    problems: [],
  });
  expect(await findActionable(context, [tenant], { eventIds, action: 'skip' })).toHaveLength(1);
});

test('a command applies retention after its runs, unless one broke or a stop was requested', async () => {
  const deliveryId = deliver('Deck');
  const report = await world.sync();
  world.clock.advance(181 * DAY_MS);
  const context = await world.context();
  const stop = new AbortController();
  stop.abort();
  await afterRuns(context, [{ report, broken: new Error('locked') }], signal);
  await afterRuns(context, [{ report }], stop.signal);
  expect(await stored(deliveryId)).not.toHaveProperty('erasedAt');
  await afterRuns(context, [{ report }], signal);
  expect(await stored(deliveryId)).toHaveProperty('erasedAt');
});

describe('an abandoned backfill window', () => {
  const window = { tenant: 'acme', source: 'google-drive', since: 0, until: DAY_MS };
  const partition = backfillStream(window);
  const ofSync = 'sync';

  /** Has a cursor, and audit log entries that are not part of a share yet. */
  async function halfRead(): Promise<Database> {
    const { db } = await world.context();
    const now = world.clock.now();
    const lease = await heldLease(db, now);
    await beginBackfill(db, lease, { backfill: window, isAutomatic: true, now });
    const cursor = { tenant: 'acme', position: '{}', updatedAt: now };
    for (const stream of [partition, `${partition}/acts`, ofSync])
      await writeCursor(db, { ...cursor, stream });
    const entry = { tenant: 'acme', key: 'k', at: 1, item: 'i', actor: 'ada@globex.example' };
    const columns = { payload: '{}', handled: 0 };
    for (const own of [partition, ofSync]) {
      await db
        .insertInto('activity')
        .values({ ...entry, ...columns, lane: own })
        .execute();
    }
    return db;
  }

  async function leftOf(db: Database): Promise<string[]> {
    const windows = (await listBackfills(db, 'acme')).map(({ source }) => source);
    const cursors = (await listCursors(db, 'acme')).map(({ stream }) => stream);
    const entries = await db.selectFrom('activity').select('lane').execute();
    return [...windows, ...cursors, ...entries.map((row) => row.lane)];
  }

  test('is deleted with its entries, and those of sync are kept', async () => {
    const db = await halfRead();
    await expire();
    expect(await leftOf(db)).toEqual([ofSync, ofSync]);
  });

  test('control: is kept a day earlier, and while a run is in progress', async () => {
    const db = await halfRead();
    const all = await leftOf(db);
    world.clock.advance(179 * DAY_MS);
    await applyRetention(await world.context(), signal);
    expect(await leftOf(db)).toEqual(all);
    world.clock.advance(2 * DAY_MS);
    await heldLease(db, world.clock.now());
    await applyRetention(await world.context(), signal);
    expect(await leftOf(db)).toEqual(all);
  });
});
