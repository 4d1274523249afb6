import { expect, test } from 'vitest';
import { callsOfDay } from '../../src/db/calls.ts';
import { testDatabase } from '../support/database.ts';
import { moveCall, takeCall } from '../support/paced-calls.ts';

const ACCOUNT = 'account';
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 2, 2);
const limits = { burst: { calls: 3, windowMs: 1_005 }, callsPerDay: 5 };

test('calls counted an hour ahead delay no call, but count toward the day', async () => {
  const { db } = await testDatabase();
  const ahead = () => NOW + HOUR;
  for (let call = 0; call < 3; call += 1) {
    await takeCall(db, { account: ACCOUNT, now: ahead, limits });
  }
  const now = () => NOW;
  expect(await takeCall(db, { account: ACCOUNT, now, limits })).toEqual({ kind: 'go', at: NOW });
  expect(await callsOfDay(db, ACCOUNT, NOW)).toBe(4);
  expect(await takeCall(db, { account: ACCOUNT, now, limits })).toMatchObject({ kind: 'go' });
  expect(await takeCall(db, { account: ACCOUNT, now, limits })).toMatchObject({
    kind: 'day-used-up',
  });
});

test('calls counted a moment ahead, as by another machine, delay the next call', async () => {
  const { db } = await testDatabase();
  for (let call = 0; call < 3; call += 1) {
    await takeCall(db, { account: ACCOUNT, now: () => NOW, limits });
  }
  await moveCall(db, { account: ACCOUNT, from: NOW, to: NOW + 300 });
  const now = () => NOW + 200;
  expect(await takeCall(db, { account: ACCOUNT, now, limits })).toEqual({
    kind: 'wait',
    until: NOW + 1_005,
  });
});
