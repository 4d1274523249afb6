import { expect, test } from 'vitest';
import {
  type Backfill,
  backfillStream,
  beginBackfill,
  endBackfill,
  isBackfillStream,
  listBackfills,
  tenantsWithUnfinishedBackfills,
} from '../../src/db/backfills.ts';
import { writeCursor } from '../../src/db/cursors.ts';
import { releaseLease } from '../../src/db/leases.ts';
import { LeaseLost } from '../../src/lib/errors.ts';
import { heldLease, testDatabase } from '../support/database.ts';
import { listCursors } from '../support/list-cursors.ts';

const AT = Date.UTC(2026, 10, 2);
const JUNE: Backfill = {
  tenant: 'acme',
  source: 'salesforce',
  since: Date.UTC(2026, 5, 1),
  until: Date.UTC(2026, 6, 1),
};
const SINCE_JUNE: Backfill = { tenant: 'acme', source: 'salesforce', since: JUNE.since };
const OF_JUNE = 'backfill/salesforce/2026-06-01T00:00:00.000Z/2026-07-01T00:00:00.000Z';

async function setUp() {
  const { db } = await testDatabase();
  return { db, lease: await heldLease(db, AT) };
}

test('the stream of a window contains both requested ends', () => {
  expect(backfillStream(JUNE)).toBe(OF_JUNE);
  expect(backfillStream(SINCE_JUNE)).toBe('backfill/salesforce/2026-06-01T00:00:00.000Z/now');
  expect(backfillStream({ ...JUNE, source: 'google-drive' })).not.toBe(OF_JUNE);
  expect(isBackfillStream(OF_JUNE)).toBe(true);
  expect(isBackfillStream('salesforce/content-distributions')).toBe(false);
});

test('a window in progress keeps its start time; a completed one starts over', async () => {
  const { db, lease } = await setUp();
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: true, now: AT });
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: true, now: AT + 1 });
  expect(await listBackfills(db, 'acme')).toEqual([
    { ...JUNE, state: 'reading', isAutomatic: true, startedAt: AT, updatedAt: AT + 1 },
  ]);
  await endBackfill(db, lease, { backfill: JUNE, now: AT + 2 });
  expect(await listBackfills(db, 'acme')).toEqual([
    { ...JUNE, state: 'read', isAutomatic: true, startedAt: AT, updatedAt: AT + 2 },
  ]);
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: true, now: AT + 3 });
  expect(await listBackfills(db, 'acme')).toEqual([
    { ...JUNE, state: 'reading', isAutomatic: true, startedAt: AT + 3, updatedAt: AT + 3 },
  ]);
});

test('a window that is read on request stays in progress, and is left out for workers', async () => {
  const { db, lease } = await setUp();
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: false, now: AT });
  expect(await tenantsWithUnfinishedBackfills(db)).toEqual([]);
  const listed = { ...JUNE, state: 'reading', startedAt: AT };
  expect(await listBackfills(db, 'acme')).toMatchObject([{ ...listed, isAutomatic: false }]);
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: true, now: AT + 1 });
  expect(await tenantsWithUnfinishedBackfills(db)).toEqual(['acme']);
  expect(await listBackfills(db, 'acme')).toMatchObject([{ ...listed, isAutomatic: true }]);
});

test('windows are listed per tenant, most recently read first', async () => {
  const { db, lease } = await setUp();
  const other = { ...JUNE, tenant: 'other' };
  for (const [index, backfill] of [JUNE, SINCE_JUNE, other].entries()) {
    await beginBackfill(db, lease, { backfill, isAutomatic: true, now: AT + index });
  }
  expect(await listBackfills(db, 'acme')).toMatchObject([SINCE_JUNE, JUNE]);
  expect((await listBackfills(db, 'acme'))[0]).not.toHaveProperty('until');
});

test('a completed window loses its own cursors and entries, and no others', async () => {
  const { db, lease } = await setUp();
  const streams = [
    OF_JUNE,
    `${OF_JUNE}/acts`,
    `${OF_JUNE}/audit-log/change_user_access`,
    // Similar streams that do not belong to it.
    `${OF_JUNE}0`,
    backfillStream(SINCE_JUNE),
    backfillStream({ ...JUNE, source: 'google-drive' }),
    'salesforce/content-distributions',
  ];
  for (const stream of streams) {
    for (const tenant of ['acme', 'other']) {
      await writeCursor(db, { tenant, stream, position: '{}', updatedAt: AT });
    }
  }
  const partitions = ['', OF_JUNE, backfillStream(SINCE_JUNE)];
  await db
    .insertInto('activity')
    .values(
      ['acme', 'other'].flatMap((tenant) =>
        partitions.map((partition) => ({
          tenant,
          lane: partition,
          key: 'key',
          at: AT,
          item: 'file',
          actor: 'ann@acme.example',
          payload: '{}',
          handled: 0,
        })),
      ),
    )
    .execute();
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: true, now: AT });
  await endBackfill(db, lease, { backfill: JUNE, now: AT });
  const left = async (tenant: string) => (await listCursors(db, tenant)).map((row) => row.stream);
  expect(await left('acme')).toEqual(streams.slice(3).toSorted());
  expect(await left('other')).toEqual(streams.toSorted());
  const entries = await db.selectFrom('activity').select(['tenant', 'lane']).execute();
  const kept = entries.map((entry) => `${entry.tenant} ${entry.lane}`);
  expect(kept.toSorted()).toEqual(
    [
      ...partitions.filter((each) => each !== OF_JUNE).map((each) => `acme ${each}`),
      ...partitions.map((each) => `other ${each}`),
    ].toSorted(),
  );
});

test('a run that lost the lease writes nothing', async () => {
  const { db, lease } = await setUp();
  await beginBackfill(db, lease, { backfill: JUNE, isAutomatic: true, now: AT });
  const before = await listBackfills(db, 'acme');
  await releaseLease(db, lease);
  const late = { backfill: JUNE, isAutomatic: true, now: AT + 1 };
  await expect(beginBackfill(db, lease, late)).rejects.toBeInstanceOf(LeaseLost);
  await expect(endBackfill(db, lease, late)).rejects.toBeInstanceOf(LeaseLost);
  expect(await listBackfills(db, 'acme')).toEqual(before);
});
