import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backfillStream, beginBackfill, listBackfills } from '../../src/db/backfills.ts';
import { listCursors, writeCursor } from '../../src/db/cursors.ts';
import type { Database } from '../../src/db/schema.ts';
import { findActionable, retryState } from '../../src/operator/retry-and-skip.ts';
import type { StoredEvent } from '../../src/outbox/event-types.ts';
import { findEvents } from '../../src/outbox/queries.ts';
import { afterRuns } from '../../src/service/housekeeping.ts';
import { applyRetention } from '../../src/service/retention.ts';
import { heldLease } from '../support/database.ts';
import { startWorld, type World } from '../support/world.ts';

const DAY_MS = 24 * 60 * 60_000;
const signal = new AbortController().signal;
let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

/** Half a year and a day later, with all that is old erased. */
async function growOld(): Promise<void> {
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

test('what was delivered half a year ago is erased, and not sent again by sync --full', async () => {
  const deliveryId = deliver('Deck');
  await world.sync();
  await growOld();
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

test('a day before, it is all there', async () => {
  const deliveryId = deliver('Deck');
  await world.sync();
  world.clock.advance(179 * DAY_MS);
  await applyRetention(await world.context(), signal);
  expect(await stored(deliveryId)).toMatchObject({ share: { content: { title: 'Deck' } } });
});

test('one that was skipped for want of a link is reported when the link comes, erased or not', async () => {
  const deliveryId = deliver('Deck', { DistributionPublicUrl: null });
  await world.sync();
  expect(await stored(deliveryId)).toMatchObject({ state: 'skipped', reason: 'no-url' });
  await growOld();
  expect(await stored(deliveryId)).toHaveProperty('erasedAt');
  world.org.update(deliveryId, { DistributionPublicUrl: 'https://acme.example/link' });
  expect(await world.sync()).toMatchObject({ delivered: 1 });
  expect(await stored(deliveryId)).toMatchObject({ state: 'delivered' });
  expect(await stored(deliveryId)).not.toHaveProperty('erasedAt');
});

test('a rejected one is refused by retry by its id, and passed over by its state', async () => {
  const deliveryId = deliver('Deck');
  const body = { requestId: 'r', errors: ['no'] };
  world.server.faults.add({
    vendor: 'gong',
    times: 1,
    action: { kind: 'answer', status: 400, body },
  });
  await world.sync();
  await growOld();
  const { tenant } = world;
  const context = await world.context();
  const eventIds = [`salesforce:${deliveryId}`];
  await expect(findActionable(context, [tenant], { eventIds, action: 'retry' })).rejects.toThrow(
    'cannot be rebuilt: its people and its body are erased',
  );
  expect(await retryState(context, tenant, { state: 'rejected', signal })).toEqual({
    queued: 0,
    rejected: 0,
    problems: [],
  });
  expect(await findActionable(context, [tenant], { eventIds, action: 'skip' })).toHaveLength(1);
});

test('after the runs of a command, unless one broke the database or a stop was asked for', async () => {
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

describe('a window of history that was given up', () => {
  const window = { tenant: 'acme', source: 'google-drive', since: 0, until: DAY_MS };
  const lane = backfillStream(window);
  const nights = 'nights';

  /** Half read: with a cursor, and entries of the audit log that no share was made of. */
  async function halfRead(): Promise<Database> {
    const { db } = await world.context();
    const now = world.clock.now();
    const lease = await heldLease(db, now);
    await beginBackfill(db, lease, { backfill: window, now });
    const cursor = { tenant: 'acme', position: '{}', updatedAt: now };
    for (const stream of [lane, `${lane}/acts`, nights])
      await writeCursor(db, { ...cursor, stream });
    const entry = { tenant: 'acme', key: 'k', at: 1, item: 'i', actor: 'ada@globex.example' };
    const columns = { payload: '{}', handled: 0 };
    for (const of of [lane, nights]) {
      await db
        .insertInto('activity')
        .values({ ...entry, ...columns, lane: of })
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

  test('goes with the people in it, and the nights keep theirs', async () => {
    const db = await halfRead();
    await growOld();
    expect(await leftOf(db)).toEqual([nights, nights]);
  });

  test('control: a day before, and while a run is at work on it, it stays', async () => {
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
