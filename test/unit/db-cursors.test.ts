import { expect, test } from 'vitest';
import { cursorPages, lastStoredAt, writeCursor } from '../../src/db/cursors.ts';
import { DATABASE_LIMITS } from '../../src/db/limits.ts';
import type { Database } from '../../src/db/schema.ts';
import { readCursorTimes, readPositions, syncCursors } from '../../src/operator/sync-cursors.ts';
import { testDatabase } from '../support/database.ts';
import { recordStatements } from '../support/statements.ts';

const AT = Date.UTC(2026, 10, 2);
const UNTIL = '2026-11-01T00:00:00.000Z';
/** more than two pages */
const CHANGE_LOGS = 2 * DATABASE_LIMITS.rowsPerPageMax + 1;

/** The cursors of a tenant with many users, and of a backfill. Each change log is read a bit later. */
async function manyCursors(): Promise<Database> {
  const { db } = await testDatabase();
  const write = (stream: string, position: object, updatedAt = AT) =>
    writeCursor(db, { tenant: 'acme', stream, position: JSON.stringify(position), updatedAt });
  await write('backfill/salesforce/2026', { mark: UNTIL });
  await write('drive/audit-log/change_user_access', { until: UNTIL });
  await write('drive/users', { at: UNTIL });
  await write('salesforce/content-distributions', { mark: UNTIL }, AT + 5);
  await db.transaction().execute(async (trx) => {
    for (let number = 0; number < CHANGE_LOGS; number += 1) {
      const stream = `drive/changes/user/${String(number).padStart(6, '0')}`;
      const sweep = number < 3 ? { sweep: { kind: 'compare' } } : {};
      const position = JSON.stringify({ token: '1', ...sweep });
      const updatedAt = AT + CHANGE_LOGS - number;
      await writeCursor(trx, { tenant: 'acme', stream, position, updatedAt });
    }
  });
  return db;
}

test('the positions of all sources count the change logs, and leave out backfills', async () => {
  const db = await manyCursors();
  const { streams, changeLogs } = await readPositions({ db }, 'acme');
  expect(streams.map(({ stream }) => stream)).toEqual([
    'drive/audit-log/change_user_access',
    'drive/users',
    'salesforce/content-distributions',
  ]);
  expect(changeLogs).toEqual({ count: CHANGE_LOGS, listingFiles: 3, oldestReadAt: AT + 1 });
  expect(await readPositions({ db }, 'other')).toEqual({ streams: [] });
  expect(await syncCursors({ db }, 'acme')).toHaveLength(CHANGE_LOGS + 3);
});

test('no statement reads the cursors of all users at once', async () => {
  const db = await manyCursors();
  const { executed } = recordStatements();
  await readPositions({ db }, 'acme');
  const reads = executed.filter((text) => text.includes('"cursor"'));
  expect(reads).toHaveLength(3);
  for (const text of reads) expect(text).toContain('limit');
});

test('the metrics read the streams with a time, and none of the change logs', async () => {
  const db = await manyCursors();
  const { executed } = recordStatements();
  expect(await readCursorTimes({ db }, 'acme')).toEqual([
    { stream: 'salesforce/content-distributions', at: Date.parse(UNTIL) },
    { stream: 'drive/audit-log/change_user_access', at: Date.parse(UNTIL) },
  ]);
  expect(executed.filter((text) => text.includes('"cursor"'))).toHaveLength(2);
});

test('the cursors under a prefix come in order, and the last one that was stored is known', async () => {
  const db = await manyCursors();
  const pages: number[] = [];
  const prefix = 'drive/changes/';
  for await (const page of cursorPages(db, { tenant: 'acme', prefix })) pages.push(page.length);
  const { rowsPerPageMax } = DATABASE_LIMITS;
  expect(pages).toEqual([rowsPerPageMax, rowsPerPageMax, 1]);
  expect(await lastStoredAt(db, { tenant: 'acme', prefix })).toBe(AT + CHANGE_LOGS);
  expect(await lastStoredAt(db, { tenant: 'acme', prefix: 'salesforce/' })).toBe(AT + 5);
  expect(await lastStoredAt(db, { tenant: 'other', prefix })).toBeUndefined();
});
