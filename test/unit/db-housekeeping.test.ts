import { expect, test } from 'vitest';
import { claimHousekeeping } from '../../src/db/housekeeping.ts';
import { testDatabase } from '../support/database.ts';

const NOW = Date.UTC(2026, 10, 2, 2);
const HOUR_MS = 60 * 60_000;
const at = (now: number, duties = 'duties 1') => ({ duties, now, everyMs: HOUR_MS });

test('housekeeping is claimed once per hour, whichever process asks', async () => {
  const { db, open } = await testDatabase();
  const claims = await Promise.all([1, 2, 3].map(() => claimHousekeeping(open(), at(NOW))));
  expect(claims.toSorted()).toEqual([false, false, true]);
  expect(await claimHousekeeping(db, at(NOW + HOUR_MS - 1))).toBe(false);
  expect(await claimHousekeeping(db, at(NOW, 'duties 2'))).toBe(true);
  expect(await claimHousekeeping(db, at(NOW + HOUR_MS))).toBe(true);
  expect(await claimHousekeeping(db, at(NOW + HOUR_MS))).toBe(false);
});

test('a clock that was ahead delays no housekeeping', async () => {
  const { db } = await testDatabase();
  expect(await claimHousekeeping(db, at(NOW + 50 * HOUR_MS))).toBe(true);
  expect(await claimHousekeeping(db, at(NOW))).toBe(true);
  expect(await claimHousekeeping(db, at(NOW))).toBe(false);
});

test('a set of tenants that no process has anymore leaves no row', async () => {
  const { db } = await testDatabase();
  await claimHousekeeping(db, at(NOW, 'duties before'));
  await claimHousekeeping(db, at(NOW + 25 * HOUR_MS));
  expect(await db.selectFrom('housekeeping').select('duties').execute()).toEqual([
    { duties: 'duties 1' },
  ]);
});
